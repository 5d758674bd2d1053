import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.plots import (
    HEIGHT,
    WIDTH,
    Axis,
    Distribution,
    RecallPlot,
    Reliability,
    axis_over,
    line,
)


def test_an_axis_maps_its_ends_to_its_ends_and_keeps_outliers_on_the_plot() -> None:
    axis = Axis(low=0.2, high=0.6, length=100.0)
    assert [axis.at(value) for value in (0.2, 0.4, 0.6, 0.0, 9.0)] == [0, 50, 100, 0, 100]
    log = Axis(low=1.0, high=100.0, length=100.0, scale="log")
    assert [log.at(value) for value in (1.0, 10.0, 100.0)] == [0, 50, 100]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_an_axis_over_values_holds_them_all_and_has_a_few_round_ticks(values: list) -> None:
    axis = axis_over(values, 100.0)
    assert axis.low <= min(values) + 1e-9
    assert axis.high >= max(values) - 1e-9
    ticks = axis.ticks()
    assert 1 <= len(ticks) <= 9
    assert all(axis.low - 1e-9 <= tick <= axis.high + 1e-9 for tick in ticks)


def test_a_perfectly_calibrated_bin_lies_on_the_diagonal_and_its_area_is_its_size() -> None:
    plot = Reliability.of(
        [
            {"questions": 100, "mean_probability": 0.25, "positive_rate": 0.25},
            {"questions": 25, "mean_probability": 0.75, "positive_rate": 0.5},
        ]
    )
    low, high = plot.dots
    assert low.x == HEIGHT - low.y == 55
    assert high.x > HEIGHT - high.y
    assert low.radius == 2 * high.radius
    assert "said 0.75, came true 0.50 of 25 times" in plot.words


def test_positives_stand_above_the_middle_and_negatives_hang_below() -> None:
    plot = Distribution.of(
        {"edges": [0.0, 1.0, 2.0, 3.0], "positives": [0, 1, 3], "negatives": [30, 10, 0]}
    )
    heights = {
        side: [float(y) for y in re.findall(r"L\S+ (\S+?)H", path)]
        for side, path in (("up", plot.positives), ("down", plot.negatives))
    }
    middle = HEIGHT / 2
    assert heights["up"][0] == middle > heights["up"][1] > heights["up"][2] == 6
    assert heights["down"][2] == middle < heights["down"][1] < heights["down"][0] == HEIGHT - 6
    assert "positives lie around 2.25, negatives around 0.75" in plot.words


def test_recall_draws_the_model_its_best_control_and_chance_with_labels_apart() -> None:
    curve = {"1": 0.1, "10": 0.2, "100": 0.4, "1000": 0.8}
    report = {
        "recall_curve": curve,
        "best_control": "raw_cosine",
        "controls": {
            "raw_cosine": {"recall_curve": {k: v - 0.01 for k, v in curve.items()}},
            "constant": {"recall_curve": dict.fromkeys(curve, 0.01)},
        },
    }
    plot = RecallPlot.of(report, "pairwise")
    assert [(each.name, each.kind) for each in plot.curves] == [
        ("pairwise", "model"),
        ("raw cosine", "control"),
        ("constant", "chance"),
    ]
    assert [words for _, words in plot.across] == ["1", "10", "100", "1,000"]
    assert [place for place, _ in plot.across] == [0, 106.67, 213.33, WIDTH]
    model, control, chance = (each.label_y for each in plot.curves)
    assert model < control - 10 < chance
    assert "pairwise: 0.200 within 10, 0.400 within 100" in plot.words


def test_a_line_goes_through_its_points() -> None:
    assert line([(0.0, 1.5), (2.0, 3.0)]) == "M0 1.5L2 3"


@pytest.mark.parametrize("values", [[0.5], [0.25, 0.25]])
def test_equal_values_still_have_an_axis(values: list[float]) -> None:
    axis = axis_over(values, 100.0)
    assert axis.low < axis.high
