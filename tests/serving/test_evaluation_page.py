import re
from pathlib import Path

import pytest

from serving.evaluation_page import EvaluationPage, percent, render, signed
from serving.page_sections import bind
from tests.engine.test_evaluation import Even
from tests.serving.evaluations import Said, evaluation, reports
from tests.serving.test_lookbook import Balanced


@pytest.fixture(scope="module")
def page() -> EvaluationPage:
    """Two recipes, one of them of two seeds."""
    said = reports(Said())
    return bind(evaluation({"a0": said, "a1": said, "b0": reports(Even())}), Path("gone"))


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(page: EvaluationPage) -> None:
    parser = Balanced()
    parser.feed(html := render(page))
    assert parser.open == []
    assert "script" not in parser.tags
    assert all(address.startswith("data:") for address in parser.addresses)
    assert not re.search(r"https?://|url\(|@import", html)


def test_every_scorer_stands_there_with_its_figure_and_its_interval(page: EvaluationPage) -> None:
    html = render(page)
    for section in page.sections:
        assert section.file in html
        for mark in section.ladder.marks:
            assert f'<th scope="row">{mark.label}' in html
            assert f"{mark.low:.3f} \N{EN DASH} {mark.high:.3f}" in html
    for verdict in page.verdicts:
        assert verdict.sentence in html


def test_every_plot_tells_what_it_shows_to_who_cannot_see_it(page: EvaluationPage) -> None:
    html = render(page)
    pictures = re.findall(r'<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)">', html)
    assert len(pictures) == html.count("<svg ") > 3
    for title, description in pictures:
        assert html.count(f'id="{title}"') == html.count(f'id="{description}"') == 1
    assert "came true" in html


def test_of_several_recipes_each_has_a_closer_look_and_the_first_is_open(
    page: EvaluationPage,
) -> None:
    html = render(page)
    assert html.count("<details") == 2 * len(page.sections)
    assert html.count("<details open>") == len(page.sections)
    alone = render(bind(evaluation({"a0": reports(Said())}), Path("gone")))
    assert "<details" not in alone


def test_the_same_evaluations_give_the_same_page(page: EvaluationPage) -> None:
    assert render(page) == render(page)


def test_names_are_text_not_markup() -> None:
    odd = evaluation({"a0": reports(Said())})
    odd.bundles[0]["model"] = "<script>alert(1)</script>"
    html = render(bind(odd, Path("gone")))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_positions_and_signs_are_typeset() -> None:
    assert percent(12.34567) == "12.35%"
    assert (signed(0.5), signed(-0.0625)) == ("+0.500", "\N{MINUS SIGN}0.062")
