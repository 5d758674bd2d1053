import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from engine.bootstrap import resample_counts
from engine.calibration_metrics import (
    calibration_error,
    equal_mass_bins,
    equal_width_bins,
    log_losses,
    reliability_bins,
    resampled_calibration_errors,
    squared_errors,
)

SAID = st.lists(
    st.tuples(st.floats(0, 1).map(lambda said: round(said, 2)), st.integers(0, 1)),
    min_size=1,
    max_size=40,
)


def naive_error(said: np.ndarray, labels: np.ndarray, bins: int) -> float:
    """Bin after bin, question after question."""
    total = 0.0
    for at in range(bins):
        inside = [i for i, p in enumerate(said) if at == min(int(p * bins), bins - 1)]
        if inside:
            rate = sum(labels[i] for i in inside) / len(inside)
            mean = sum(said[i] for i in inside) / len(inside)
            total += len(inside) / len(said) * abs(rate - mean)
    return total


def split(drawn: list) -> tuple[np.ndarray, np.ndarray]:
    said, labels = zip(*drawn, strict=True)
    return np.array(said), np.array(labels)


@given(SAID)
def test_the_calibration_error_equals_a_loop_over_bins(drawn: list) -> None:
    said, labels = split(drawn)
    error = calibration_error(said, labels, equal_width_bins(said))
    assert error == pytest.approx(naive_error(said, labels, 15), abs=1e-12)


@given(SAID)
def test_brier_and_log_loss_equal_loops_over_questions(drawn: list) -> None:
    said, labels = split(drawn)
    assert squared_errors(said, labels).mean() == pytest.approx(
        brier_score_loss(labels, said, pos_label=1), abs=1e-12
    )
    naive = [
        -math.log(min(max(p if label else 1 - p, 1e-6), 1 - 1e-6))
        for p, label in zip(said, labels, strict=True)
    ]
    assert log_losses(said, labels) == pytest.approx(naive, abs=1e-9)


@given(SAID)
def test_resampled_errors_equal_those_of_repeated_questions(drawn: list) -> None:
    said, labels = split(drawn)
    bin_of = equal_mass_bins(said)
    counts = resample_counts(np.zeros(len(said), np.int64), resamples=3, seed=0)
    again = [
        calibration_error(np.repeat(said, row), np.repeat(labels, row), np.repeat(bin_of, row))
        for row in counts
    ]
    found = resampled_calibration_errors(said, labels, bin_of, counts)
    assert found == pytest.approx(again, abs=1e-12)


def test_probabilities_that_come_true_have_no_error_and_overconfident_ones_do() -> None:
    said = np.repeat([0.25, 0.75], 4)
    labels = np.array([1, 0, 0, 0, 1, 1, 1, 0])
    assert calibration_error(said, labels, equal_width_bins(said)) == 0.0
    sure = np.repeat([0.0, 1.0], 4)
    assert calibration_error(sure, labels, equal_width_bins(sure)) == 0.25


def test_bins_of_equal_mass_hold_as_many_and_never_part_equal_probabilities() -> None:
    said = np.linspace(0, 1, 150)
    assert np.bincount(equal_mass_bins(said)).tolist() == [10] * 15
    constant = np.full(90, 0.5)
    labels = np.repeat([1, 0], 45)
    assert len(np.unique(equal_mass_bins(constant))) == 1
    assert calibration_error(constant, labels, equal_mass_bins(constant)) == 0.0


def test_one_is_in_the_last_bin_and_zero_in_the_first() -> None:
    assert equal_width_bins(np.array([0.0, 0.999, 1.0]), bins=10).tolist() == [0, 9, 9]


def test_the_diagram_holds_every_question_once_and_only_bins_with_some() -> None:
    said, labels = np.array([0.02, 0.04, 0.9]), np.array([0, 1, 1])
    low, high = reliability_bins(said, labels, equal_width_bins(said))
    assert (low.questions, low.positive_rate) == (2, 0.5)
    assert low.mean_probability == pytest.approx(0.03)
    assert (high.questions, high.mean_probability, high.positive_rate) == (1, 0.9, 1.0)


def test_a_question_that_was_called_impossible_costs_a_finite_loss() -> None:
    assert log_losses(np.array([0.0]), np.array([1]))[0] == pytest.approx(-math.log(1e-6))


@pytest.mark.parametrize(
    "measure",
    [
        equal_width_bins,
        equal_mass_bins,
        lambda said: log_losses(said, np.array([1])),
        lambda said: squared_errors(said, np.array([1])),
    ],
)
@pytest.mark.parametrize("said", [-0.1, 1.1, math.nan])
def test_what_is_no_probability_is_refused(measure, said: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        measure(np.array([said]))
