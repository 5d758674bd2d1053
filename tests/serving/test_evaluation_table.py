from typing import Any

import pytest
from rich.console import Console

from serving.evaluation_table import evaluation_notes, evaluation_table


@pytest.fixture
def report() -> dict[str, Any]:
    return {
        "file": "questions/fitb_valid.json",
        "metric": "accuracy",
        "questions": 1460,
        "dropped": {"too few distractors": 13, "unknown category": 2},
        "training_overlap": {
            "items": 14657,
            "seen": 3781,
            "share": 3781 / 14657,
            "groups": 40,
            "groups_seen": 7,
        },
        "model": {"figure": 0.4436, "low": 0.4181, "high": 0.4689},
        "controls": {
            "category_pmi": {
                "figure": 0.25,
                "low": 0.2,
                "high": 0.3,
                "model_minus_control": {"figure": 0.1936, "low": 0.168, "high": 0.219},
            }
        },
        "sentence": "model reaches 0.444 and beats every control.",
    }


def test_the_table_holds_the_model_first_and_every_control_with_intervals(report) -> None:
    console = Console(width=100)
    with console.capture() as captured:
        console.print(evaluation_table(report))
    lines = captured.get().splitlines()
    assert "fitb_valid.json: accuracy" in lines[0]
    model = next(at for at, line in enumerate(lines) if "model " in line and "0.444" in line)
    control = next(at for at, line in enumerate(lines) if "category_pmi" in line)
    assert model < control
    assert "0.418 to 0.469" in lines[model]
    assert "0.200 to 0.300" in lines[control]
    assert "+0.194" in lines[control]


def test_notes_count_questions_warn_of_overlap_and_end_with_the_verdict(report) -> None:
    assert evaluation_notes(report)[:3] == [
        "1,460 questions; dropped: 13 too few distractors, 2 unknown category",
        "warning: 3,781 of the 14,657 items (26%) and 7 of the 40 groups stood in training "
        "outfits; figures may flatter the model",
        report["sentence"],
    ]


def test_without_overlap_or_dropped_questions_nothing_is_warned_of(report) -> None:
    overlap = {"items": 9, "seen": 0, "share": 0.0, "groups": 2, "groups_seen": 0}
    notes = evaluation_notes(report | {"dropped": {}, "training_overlap": overlap})
    assert notes[:2] == ["1,460 questions; dropped: none", report["sentence"]]


def test_win_rate_and_calibration_of_compatibility_are_told_or_why_not(report) -> None:
    figure = {"figure": 0.7, "low": 0.6, "high": 0.8}
    names = ("ece_equal_width", "ece_equal_mass", "brier", "log_loss")
    calibration = dict.fromkeys(names, figure) | {"brier_of_base_rate": 0.25}
    paired = {"pairing": "9 pairs", "pairwise_win_rate": figure, "calibration": calibration}
    notes = evaluation_notes(report | paired)
    assert "pairwise win rate 0.700 [0.600, 0.800] (9 pairs)" in notes
    assert any("Brier 0.700 [0.600, 0.800] (base rate 0.250)" in note for note in notes)
    assert "no pairwise win rate: too odd" in evaluation_notes(report | {"pairing": "too odd"})
