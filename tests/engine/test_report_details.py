import numpy as np
import polars as pl
import pytest

from data.questions import CompatibilityQuestion, FitbQuestion
from data.tables import ITEM_SCHEMA, empty_columns
from engine.evaluation import EvaluationConfig
from engine.report_details import EXAMPLES, compatibility_details, fitb_details

CATEGORIES = ["boots", "boots", "hats", "hats"]
ITEMS = empty_columns(pl.DataFrame({"item_id": list("abcd"), "category": CATEGORIES}), ITEM_SCHEMA)
CONFIG = EvaluationConfig(resamples=50)


@pytest.fixture
def blanks() -> dict:
    """Question n of 25 has margin n - 12; the first twenty want boots, the others hats."""
    questions = [
        FitbQuestion(
            context=(1,),
            candidates=(0, 3) if at < 20 else (0, 2),
            answer=0 if at < 20 else 1,
            context_ids=(),
            candidate_ids=(),
        )
        for at in range(25)
    ]
    margins = np.arange(25) - 12.0
    report = {
        "scores": [[m, 0.0] if at < 20 else [0.0, m] for at, m in enumerate(margins)],
        "answers": [question.answer for question in questions],
        "credits": [float(m > 0) if m else 0.5 for m in margins],
        "best_control": "constant",
        "controls": {"constant": {"credits": [0.5] * 25}},
    }
    return fitb_details(report, questions, ITEMS, CONFIG)


def test_categories_are_those_of_the_answers_most_frequent_first(blanks) -> None:
    boots, hats = blanks["by_category"]
    assert (boots["category"], boots["questions"], boots["figure"]) == ("boots", 20, 7.5 / 20)
    assert boots["low"] < boots["figure"] < boots["high"]
    assert (hats["category"], hats["questions"], hats["figure"]) == ("hats", 5, 1.0)
    assert boots["best_control"] == 0.5
    assert blanks["answer_categories"] == ["boots"] * 20 + ["hats"] * 5


def test_best_and_worst_blanks_are_those_of_the_highest_and_lowest_margin(blanks) -> None:
    assert [each["question"] for each in blanks["best"]] == list(range(25, 25 - EXAMPLES, -1))
    assert [each["question"] for each in blanks["worst"]] == list(range(1, EXAMPLES + 1))
    assert blanks["best"][0] == {
        "question": 25,
        "context": ["b"],
        "candidates": ["a", "c"],
        "answer": 1,
        "scores": [0.0, 12.0],
    }


def test_histograms_hold_every_score_once_on_its_side(blanks) -> None:
    histogram = blanks["score_histogram"]
    assert sum(histogram["positives"]) == sum(histogram["negatives"]) == 25
    assert (histogram["edges"][0], histogram["edges"][-1]) == (-6.0, 6.0)  # less the mean


def test_a_score_far_out_does_not_stretch_the_histogram_but_is_counted() -> None:
    questions = [CompatibilityQuestion(items=(0, 2), label=1, item_ids=()) for _ in range(400)]
    scores = [float(at % 10) for at in range(400)]
    report = {"scores": [*scores[1:], 1e6], "labels": [1, 0] * 200}
    histogram = compatibility_details(report, questions, ITEMS)["score_histogram"]
    assert histogram["edges"][-1] == 9.0
    assert sum(histogram["positives"]) + sum(histogram["negatives"]) == 400


def test_best_and_worst_outfits_are_half_positive_half_negative() -> None:
    questions = [
        CompatibilityQuestion(items=(0, 2), label=int(at < 12), item_ids=()) for at in range(24)
    ]
    report = {
        "scores": list(map(float, range(24))),
        "labels": [question.label for question in questions],
        "probabilities": [0.5] * 24,
    }
    found = compatibility_details(report, questions, ITEMS)
    assert [each["question"] for each in found["best"]] == [12, 11, 10, 9, 8, 13, 14, 15, 16, 17]
    assert [each["question"] for each in found["worst"]] == [1, 2, 3, 4, 5, 24, 23, 22, 21, 20]
    assert found["worst"][0] == {
        "question": 1,
        "items": ["a", "c"],
        "label": 1,
        "score": 0.0,
        "probability": 0.5,
    }
    del report["probabilities"]
    assert "probability" not in compatibility_details(report, questions, ITEMS)["best"][0]
