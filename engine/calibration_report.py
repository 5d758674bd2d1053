"""What a report says of a model's probabilities, with bootstrap intervals."""

from dataclasses import asdict

import numpy as np
from jaxtyping import Float, Int64, UInt16

from engine.bootstrap import Interval, interval, resampled_means
from engine.calibration_metrics import (
    calibration_error,
    equal_mass_bins,
    equal_width_bins,
    log_losses,
    reliability_bins,
    resampled_calibration_errors,
    squared_errors,
)


def calibration_report(
    probabilities: Float[np.ndarray, " questions"],
    labels: Int64[np.ndarray, " questions"],
    counts: UInt16[np.ndarray, "resamples questions"],
) -> dict[str, object]:
    """ECE over bins of equal width and of equal mass, Brier score, log loss, diagram, base rate.

    `brier_of_base_rate` is what a scorer gets that always says the share of positives.
    """
    width, mass = equal_width_bins(probabilities), equal_mass_bins(probabilities)
    base_rate = float(labels.mean())
    figures = {
        "ece_equal_width": _error(probabilities, labels, width, counts),
        "ece_equal_mass": _error(probabilities, labels, mass, counts),
        "brier": _mean(squared_errors(probabilities, labels), counts),
        "log_loss": _mean(log_losses(probabilities, labels), counts),
    }
    return {
        **{name: asdict(figure) for name, figure in figures.items()},
        "base_rate": base_rate,
        "brier_of_base_rate": base_rate * (1 - base_rate),
        "bins": [asdict(each) for each in reliability_bins(probabilities, labels, width)],
    }


def _error(
    probabilities: Float[np.ndarray, " questions"],
    labels: Int64[np.ndarray, " questions"],
    bin_of: Int64[np.ndarray, " questions"],
    counts: UInt16[np.ndarray, "resamples questions"],
) -> Interval:
    return interval(
        calibration_error(probabilities, labels, bin_of),
        resampled_calibration_errors(probabilities, labels, bin_of, counts),
    )


def _mean(
    losses: Float[np.ndarray, " questions"], counts: UInt16[np.ndarray, "resamples questions"]
) -> Interval:
    return interval(float(losses.mean()), resampled_means(losses, counts))
