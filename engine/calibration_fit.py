"""Fitting a calibrator on judged outfits, and choosing its kind by cross-validated log loss."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float, Int64
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from engine.calibration import Calibration, Calibrator, Isotonic, Temperature, with_constant
from engine.calibration_metrics import (
    calibration_error,
    equal_width_bins,
    log_losses,
    squared_errors,
)

FOLDS = 5
RIDGE = 1.0
"""Of the squares of all numbers but the constants, in units of one outfit."""

LEAST_FOR_CURVE = 300
"""Outfits with nothing hidden."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgedOutfits:
    """Outfits with the model's logits and the truth.

    Args:
        logits: compatibility.
        known: share of each outfit's items that have each part.
        labels: 1 where it goes together.
        weights: how much each counts.
        hidden: whether it is a copy with something hidden, which no figure counts.
        groups: outfits of one number are never on two sides of a fold.
    """

    logits: Float[np.ndarray, " outfits"]
    known: Float[np.ndarray, "outfits parts"]
    labels: Int64[np.ndarray, " outfits"]
    weights: Float[np.ndarray, " outfits"]
    hidden: Bool[np.ndarray, " outfits"]
    groups: Int64[np.ndarray, " outfits"]

    def take(self, chosen: Bool[np.ndarray, " outfits"]) -> "JudgedOutfits":
        """Only the chosen outfits."""
        return JudgedOutfits(
            **{each.name: getattr(self, each.name)[chosen] for each in fields(self)}
        )


def fit_calibration(judged: JudgedOutfits, *, source: str, seed: int) -> Calibration:
    """The calibrator of lower cross-validated log loss, fitted on all outfits.

    Fewer than 300 outfits give no curve: its steps would be chance.

    The figures are of the probabilities that every outfit gets from a calibrator fitted without
    it; copies with something hidden teach, but are not counted.
    """
    shown = ~judged.hidden
    kinds: dict[str, Callable[[JudgedOutfits], Calibrator]] = {"temperature": fit_temperature}
    if shown.sum() >= LEAST_FOR_CURVE:
        kinds["isotonic"] = fit_isotonic
    fold = np.random.default_rng(seed).integers(FOLDS, size=judged.groups.max() + 1)[judged.groups]
    crossed = {name: _cross_fit(fit, judged, fold) for name, fit in kinds.items()}
    labels = judged.labels[shown]
    losses = {name: log_losses(each[shown], labels).mean() for name, each in crossed.items()}
    chosen = min(losses, key=losses.__getitem__)
    return Calibration(
        calibrator=kinds[chosen](judged),
        source=source,
        figures={"questions": float(len(labels)), "base_rate": float(labels.mean())}
        | probability_figures(crossed[chosen][shown], labels),
    )


def probability_figures(
    probabilities: Float[np.ndarray, " questions"], labels: Int64[np.ndarray, " questions"]
) -> dict[str, float]:
    """Log loss, Brier score and calibration error, lower is better for all."""
    bins = equal_width_bins(probabilities)
    return {
        "log_loss": float(log_losses(probabilities, labels).mean()),
        "brier": float(squared_errors(probabilities, labels).mean()),
        "ece": calibration_error(probabilities, labels, bins),
    }


def fit_temperature(judged: JudgedOutfits) -> Temperature:
    """The slopes, none negative, and offsets of least log loss."""
    known = with_constant(judged.known)
    columns = np.concatenate([known * judged.logits[:, None], known], axis=1)
    num = known.shape[1]
    penalty = np.tile(np.r_[0.0, np.full(num - 1, RIDGE)], 2)
    signs = 2.0 * judged.labels - 1

    def loss(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        margin = signs * (columns @ numbers)
        value = judged.weights @ np.logaddexp(0, -margin) + penalty @ numbers**2 / 2
        slope = -(judged.weights * signs * expit(-margin)) @ columns + penalty * numbers
        return float(value), slope

    start = np.zeros(2 * num)
    start[0] = 1.0
    bounds = [(0.0, None)] * num + [(None, None)] * num
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x.tolist()
    return Temperature(slopes=tuple(found[:num]), offsets=tuple(found[num:]))


def fit_isotonic(judged: JudgedOutfits) -> Isotonic:
    """A rising curve over the temperature's scale, through the outfits with nothing hidden."""
    temperature = fit_temperature(judged)
    shown = judged.take(~judged.hidden)
    least = 1 / (len(shown.labels) + 2)
    curve = IsotonicRegression(y_min=least, y_max=1 - least, out_of_bounds="clip")
    curve.fit(temperature.scaled(shown.logits, shown.known), shown.labels, shown.weights)
    return Isotonic(
        temperature=temperature,
        scaled=tuple(curve.X_thresholds_.tolist()),
        probabilities=tuple(curve.y_thresholds_.tolist()),
    )


def _cross_fit(
    fit: Callable[[JudgedOutfits], Calibrator],
    judged: JudgedOutfits,
    fold: Int64[np.ndarray, " outfits"],
) -> Float[np.ndarray, " outfits"]:
    probabilities = np.zeros(len(fold))
    for number in range(FOLDS):
        held = fold == number
        calibrator = fit(judged.take(~held))
        probabilities[held] = calibrator.probability(judged.logits[held], judged.known[held])
    return probabilities
