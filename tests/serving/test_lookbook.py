import re
from html.parser import HTMLParser
from typing import Any

import pytest

from serving.garment import Garment
from serving.lookbook import (
    SHORTEST_BAR,
    Blank,
    Completion,
    Exam,
    JudgedOutfit,
    Lookbook,
    Mark,
    Pairing,
    Ranked,
    Shelf,
    bars,
    render,
    signed,
    stripes,
)

VOID = {"meta", "link", "img", "br"}


def garment(title: str, *, picture: str = "data:image/jpeg;base64,AAAA") -> Garment:
    return Garment(item_id=title, title=title, category="boots", price="€9.00", picture=picture)


def outfit(*, spoilt: bool, probability: float) -> JudgedOutfit:
    garments = (garment("first"), garment("second"))
    return JudgedOutfit(
        garments=garments, exchanged=(False, spoilt), logit=-1.5, probability=probability
    )


def book(**parts: Any) -> Lookbook:
    empty: dict[str, Any] = dict.fromkeys(("pairings", "blanks", "completions", "exams"), ())
    head = {"command": "outfit demo", "model": "m", "bundle_id": "m-1", "facts": {}, "cover": ()}
    return Lookbook(**(head | empty | parts))


def ranked(*scores: float, right: int) -> tuple[Ranked, ...]:
    return tuple(
        Ranked(garment=garment(f"answer {place}"), score=score, bar=bar, right=place == right)
        for place, (score, bar) in enumerate(zip(scores, bars(scores), strict=True))
    )


def full_book() -> Lookbook:
    boots = Shelf(
        wanted="shoes",
        text="in red",
        vector=(0.6, -0.8),
        chance=0.25,
        ranked=ranked(0.9, 0.2, right=1),
    )
    return book(
        facts={"garments": "2,000"},
        cover=(garment("cover"),),
        pairings=(
            Pairing(
                kept=outfit(spoilt=False, probability=0.91),
                spoilt=outfit(spoilt=True, probability=0.08),
            ),
        ),
        blanks=(
            Blank(
                context=(garment("context"),),
                wanted="boots",
                ranked=ranked(1.25, -0.5, right=0),
                third_order=True,
            ),
        ),
        completions=(Completion(context=(garment("context"),), shelves=(boots,)),),
        exams=(Exam.of(REPORT),),
    )


def figures(figure: float) -> dict[str, float]:
    return {"figure": figure, "low": figure / 2, "high": figure * 1.25}


REPORT = {
    "file": "shop/questions/fitb_test.jsonl",
    "metric": "accuracy",
    "questions": 1300,
    "model": figures(0.7),
    "controls": {
        "constant": figures(0.25),
        "raw_cosine": figures(0.4),
        "random": figures(0.3),
    },
    "sentence": "It wins.",
}


class Balanced(HTMLParser):
    """Keeps the elements that are open, and the addresses that a browser would load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_from_elsewhere() -> None:
    page = render(full_book())
    parser = Balanced()
    parser.feed(page)

    assert parser.open == []
    assert "script" not in parser.tags
    assert parser.addresses
    assert all(address.startswith("data:") for address in parser.addresses)
    assert not re.search(r"https?://|url\(|@import", page)


def test_every_answer_stands_on_the_page() -> None:
    page = render(full_book())

    for shown in (
        ">91<small>",
        ">8<small>",
        "+1.25",
        signed(-0.5),
        "0.90",
        "in red",
        "It wins.",
        "0.700",
    ):
        assert shown in page
    assert page.count('class="pill"') == 1
    assert page.count('class="tick"') == 2
    assert "a rule of three garments decides" in page


def test_the_same_lookbook_gives_the_same_page() -> None:
    assert render(full_book()) == render(full_book())


def test_a_part_without_questions_is_left_out() -> None:
    page = render(book())

    assert "Do these go together?" not in page
    assert "How good is it" not in page


def test_titles_are_text_not_markup() -> None:
    page = render(book(cover=(garment("<script>alert(1)</script>"),)))

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_garment_without_a_picture_shows_its_category() -> None:
    page = render(book(cover=(garment("bare", picture=""),)))

    assert "<img" not in page
    assert 'aria-label="bare">boots<' in page


def test_bars_run_from_the_lowest_score_to_the_highest() -> None:
    assert bars([3.0, 1.0, 2.0]) == pytest.approx([1.0, SHORTEST_BAR, (1 + SHORTEST_BAR) / 2])
    assert bars([2.0, 2.0]) == [1.0, 1.0]


def test_a_sign_is_always_written_and_minus_is_a_true_one() -> None:
    assert (signed(1.234), signed(-0.5)) == ("+1.23", "\N{MINUS SIGN}0.50")


def test_the_strongest_number_of_a_vector_is_the_darkest_stripe() -> None:
    assert stripes([0.0, -2.0, 1.0]) == [(0.5, "M2.5 0v1"), (1.0, "M1.5 0v1")]
    assert stripes([0.0]) == []


def test_an_exam_ranks_the_controls_and_takes_chance_from_the_constant_one() -> None:
    exam = Exam.of(REPORT)

    assert (exam.name, exam.title) == ("fitb_test", "Fill in the blank")
    assert exam.chance == 0.25
    assert exam.model == Mark(scorer="model", figure=0.7, low=0.35, high=0.875)
    assert [control.scorer for control in exam.controls] == ["raw cosine", "random", "constant"]
