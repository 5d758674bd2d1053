from pathlib import Path

import pytest

from engine.controls.constant import Constant
from serving.page_sections import bind
from tests.engine.test_evaluation import Even
from tests.serving.evaluations import Said, evaluation, reports


@pytest.fixture(scope="module")
def said() -> list[dict]:
    return reports(Said())


def test_the_ladder_ranks_models_then_controls_and_ends_with_the_leak_detector(said) -> None:
    page = bind(evaluation({"a0": said, "b0": reports(Even())}), Path("gone"))
    ladder = page.sections[0].ladder
    assert [mark.label for mark in ladder.marks[:2]] == ["model-b", "model-a"]
    assert [mark.kind for mark in ladder.marks] == ["model"] * 2 + ["control"] * 2 + ["leak"]
    assert ladder.leader == "model-b"
    assert ladder.chance == 0.25
    lead = next(mark.lead for mark in ladder.marks if mark.label == "constant")
    assert lead == (0.75, 0.75, 0.75)


def test_bundles_of_one_recipe_are_one_row_with_their_mean_and_the_figure_of_each_seed(
    said,
) -> None:
    page = bind(evaluation({"a0": said, "a1": reports(Even())}), Path("gone"))
    for section in page.sections:
        (mean,) = [mark for mark in section.ladder.marks if mark.kind == "model"]
        assert len(mean.seeds) == 2
        assert mean.figure == pytest.approx(sum(mean.seeds) / 2)
        assert mean.note == "mean of 2 seeds"
        assert section.verdicts[0].sentence.startswith("model-a (mean of 2 seeds) reaches")
        assert len(section.looks) == 1


def test_a_model_that_beats_no_control_is_told_so_in_the_headline_and_in_words() -> None:
    page = bind(evaluation({"a0": reports(Constant(name="model-a"))}), Path("gone"))
    assert page.headline == "model-a does not beat its controls"
    assert not any(verdict.good for verdict in page.verdicts)
    assert all("does not beat" in verdict.sentence for verdict in page.verdicts)
    assert any(mark.unbeaten for mark in page.sections[0].ladder.marks if mark.kind == "control")


def test_a_model_that_beats_them_all_is_told_so_too() -> None:
    page = bind(evaluation({"a0": reports(Even())}), Path("gone"))
    assert page.headline == "model-a beats every honest control"
    assert all(verdict.good for verdict in page.verdicts)


def test_a_headline_counts_files_where_a_model_wins_some() -> None:
    mixed = [reports(Even())[0], reports(Constant())[1]]
    page = bind(evaluation({"a0": mixed}), Path("gone"))
    assert page.headline == "model-a beats its controls on 1 of 2 files"


def test_a_closer_look_shows_what_the_report_holds(said) -> None:
    blanks, outfits = (
        section.looks[0] for section in bind(evaluation({"a0": said}), Path()).sections
    )
    assert [row.category for row in blanks.categories] == ["boots", "hats"]
    assert blanks.reliability is None
    assert blanks.distribution is not None
    assert outfits.categories == ()
    assert outfits.reliability is not None
    assert [fact.name for fact in outfits.facts] == [
        "pairwise win rate",
        "calibration error",
        "calibration error, equal mass",
        "log loss",
        "Brier score",
    ]
    assert "base rate scores 0.250" in outfits.facts[-1].words
    assert len(outfits.best) == len(outfits.worst) == 4


def test_overlap_and_dropped_questions_are_noted(said) -> None:
    overlap = said[0]["training_overlap"] | {"seen": 3, "share": 1 / 3}
    page = bind(evaluation({"a0": [said[0] | {"training_overlap": overlap}]}), Path())
    assert page.sections[0].notes == (
        "40 questions",
        "3 dropped: a reason",
        "33% of the items stood in training outfits",
    )


def test_two_recipes_of_one_model_are_told_apart_by_their_folders(said) -> None:
    found = evaluation({"a0": said, "b0": said})
    for bundle in found.bundles:
        bundle["model"] = "pairwise"
    labels = [mark.label for mark in bind(found, Path()).sections[0].ladder.marks[:2]]
    assert sorted(labels) == ["pairwise of a0", "pairwise of b0"]


def test_retrieval_shows_its_wish_its_pools_and_a_recall_curve(said) -> None:
    curve = {"1": 0.1, "10": 0.3, "100": 0.7}
    figure = {"figure": 0.3, "low": 0.2, "high": 0.4}
    searched = said[0] | {
        "kind": "retrieval",
        "metric": "recall@10",
        "wish": "category",
        "pool": {"rule": "fine", "size": 3000, "sha256": "p"},
        "recall_curve": curve,
        "figures": {"recall@10": figure, "mrr": figure},
        "controls": {
            name: control | {"recall_curve": curve} for name, control in said[0]["controls"].items()
        },
    }
    (section,) = bind(evaluation({"a0": [searched]}), Path()).sections
    assert section.title == "Retrieval, told category"
    assert "fine pools of 3,000" in section.notes
    assert section.looks[0].recall is not None
    assert ("mrr", "0.300 [0.200, 0.400]") in [(f.name, f.value) for f in section.looks[0].facts]
