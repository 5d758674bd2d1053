"""Fitting on outfits whose probability is known."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from engine.calibration import Isotonic, Temperature
from engine.calibration_fit import (
    JudgedOutfits,
    fit_calibration,
    fit_isotonic,
    fit_temperature,
    probability_figures,
)


def judged(probability: np.ndarray, logits: np.ndarray, known: np.ndarray) -> JudgedOutfits:
    num = len(logits)
    labels = np.random.default_rng(1).uniform(size=num) < probability
    return JudgedOutfits(
        logits=logits,
        known=known,
        labels=labels.astype(np.int64),
        weights=np.ones(num),
        hidden=np.zeros(num, np.bool_),
        groups=np.arange(num),
    )


def scaled(num: int = 8000, *, slope: float, offset: float) -> JudgedOutfits:
    """Outfits of one part, always known, whose log-odds are a line in the logit."""
    logits = np.random.default_rng(0).normal(size=num, scale=2)
    probability = 1 / (1 + np.exp(-(slope * logits + offset)))
    return judged(probability, logits, np.ones((num, 1)))


def test_a_planted_temperature_and_base_rate_are_found() -> None:
    fitted = fit_temperature(scaled(slope=0.4, offset=-1.0))
    assert sum(fitted.slopes) == pytest.approx(0.4, abs=0.05)
    assert sum(fitted.offsets) == pytest.approx(-1.0, abs=0.1)


def test_without_parts_the_fit_is_logistic_regression() -> None:
    outfits = scaled(500, slope=0.7, offset=0.3)
    outfits = replace(outfits, known=np.zeros((500, 0)), weights=np.linspace(0.5, 2, 500))
    oracle = LogisticRegression(C=np.inf, tol=1e-10).fit(
        outfits.logits[:, None], outfits.labels, outfits.weights
    )
    fitted = fit_temperature(outfits)
    assert fitted.slopes[0] == pytest.approx(oracle.coef_.item(), abs=1e-3)
    assert fitted.offsets[0] == pytest.approx(oracle.intercept_.item(), abs=1e-3)


def test_no_slope_is_negative_even_where_the_logit_misleads() -> None:
    fitted = fit_temperature(scaled(slope=-1.0, offset=0.0))
    assert min(fitted.slopes) >= 0
    assert sum(fitted.slopes) == pytest.approx(0, abs=1e-3)


def test_a_logit_that_tells_less_without_a_part_counts_less_without_it() -> None:
    num = 8000
    logits = np.random.default_rng(0).normal(size=num, scale=2)
    known = (np.arange(num) % 2 == 0)[:, None].astype(float)
    probability = 1 / (1 + np.exp(-logits * (0.2 + 0.8 * known[:, 0])))
    fitted = fit_temperature(judged(probability, logits, known))
    assert fitted.slopes == pytest.approx((0.2, 0.8), abs=0.08)


@pytest.mark.parametrize(("num", "kind"), [(299, Temperature), (300, Isotonic)])
def test_few_outfits_give_no_curve(num: int, kind: type) -> None:
    logits = np.linspace(-4, 4, num)
    steps = np.where(np.abs(logits) < 3, 0.5, np.where(logits < 0, 0.02, 0.98))
    fitted = fit_calibration(judged(steps, logits, np.ones((num, 1))), source="s", seed=0)
    assert isinstance(fitted.calibrator, kind)


def test_a_curve_that_is_no_sigmoid_is_fitted_by_the_isotonic_kind_alone() -> None:
    logits = np.random.default_rng(0).uniform(-4, 4, size=8000)
    steps = np.where(logits < -2, 0.45, np.where(logits < 3, 0.5, 0.95))
    fitted = fit_calibration(judged(steps, logits, np.ones((8000, 1))), source="s", seed=0)
    assert isinstance(fitted.calibrator, Isotonic)
    assert fitted.figures["ece"] < 0.03
    line = fit_calibration(scaled(slope=1.0, offset=0.0), source="s", seed=0)
    assert isinstance(line.calibrator, Temperature)
    assert line.source == "s"


def test_the_curve_learns_from_what_is_shown_alone() -> None:
    outfits = scaled(1000, slope=1.0, offset=0.0)
    hidden = np.arange(1000) % 2 == 1
    turned = replace(outfits, hidden=hidden, labels=np.where(hidden, 0, outfits.labels))
    curve = fit_isotonic(turned)
    shown = curve.probability(outfits.logits[~hidden], outfits.known[~hidden])
    assert shown.mean() == pytest.approx(outfits.labels[~hidden].mean(), abs=1e-3)


def test_figures_are_of_outfits_that_the_fit_has_not_seen() -> None:
    """Labels of pure noise: a fit that saw them would look better than the base rate."""
    noise = scaled(400, slope=0.0, offset=0.0)
    figures = fit_calibration(noise, source="s", seed=0).figures
    rate = noise.labels.mean()
    assert figures["questions"] == 400
    assert figures["base_rate"] == rate
    assert figures["log_loss"] > -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate))
    assert figures["brier"] > rate * (1 - rate)


def test_equal_outfits_stay_on_one_side_of_a_fold() -> None:
    """Every outfit stands twice: parted, the copy would tell the curve the label."""
    half = scaled(200, slope=0.0, offset=0.0)
    logits, labels = np.tile(half.logits, 2), np.tile(half.labels, 2)
    twice = replace(
        judged(np.full(400, 0.5), logits, np.ones((400, 1))),
        labels=labels,
        groups=np.tile(half.groups, 2),
    )
    assert fit_calibration(twice, source="s", seed=0).figures["log_loss"] > np.log(2) - 0.02


def test_perfect_probabilities_have_no_error() -> None:
    figures = probability_figures(np.array([1.0, 0.0, 1.0]), np.array([1, 0, 1]))
    assert figures == pytest.approx({"log_loss": 0, "brier": 0, "ece": 0}, abs=1e-5)
