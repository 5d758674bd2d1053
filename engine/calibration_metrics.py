"""How far probabilities are from what happens: calibration error, Brier score, log loss, bins.

Bins are given as the bin of every question, so that one function measures any binning.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64, Integer, UInt16

from engine.bootstrap import resampled_means

BINS = 15
CLIP = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """One point of a reliability diagram: what was said, and how often it came true."""

    questions: int
    mean_probability: float
    positive_rate: float


def equal_width_bins(
    probabilities: Float[np.ndarray, " questions"], *, bins: int = BINS
) -> Int64[np.ndarray, " questions"]:
    """Bin of every question, bins of equal width from 0 to 1; 1 itself is in the last.

    Raises:
        ValueError: a probability is outside [0, 1].
    """
    _refuse_outside(probabilities)
    return np.minimum((probabilities * bins).astype(np.int64), bins - 1)


def equal_mass_bins(
    probabilities: Float[np.ndarray, " questions"], *, bins: int = BINS
) -> Int64[np.ndarray, " questions"]:
    """Bin of every question, bins of about as many questions; equal probabilities share a bin.

    Splitting them would put positives and negatives apart by the order of the file.

    Raises:
        ValueError: a probability is outside [0, 1].
    """
    _refuse_outside(probabilities)
    inner = np.quantile(probabilities, np.arange(1, bins) / bins, method="inverted_cdf")
    return np.searchsorted(np.unique(inner), probabilities, side="left").astype(np.int64)


def squared_errors(
    probabilities: Float[np.ndarray, " questions"], labels: Integer[np.ndarray, " questions"]
) -> Float[np.ndarray, " questions"]:
    """Squared distance of each probability from its label; the mean is the Brier score.

    Raises:
        ValueError: a probability is outside [0, 1].
    """
    _refuse_outside(probabilities)
    return np.asarray((probabilities - labels) ** 2, np.float64)


def log_losses(
    probabilities: Float[np.ndarray, " questions"], labels: Integer[np.ndarray, " questions"]
) -> Float[np.ndarray, " questions"]:
    """Nats of surprise a question, probabilities kept `CLIP` away from 0 and 1.

    Unclipped, a single question that was called impossible would make the mean infinite.

    Raises:
        ValueError: a probability is outside [0, 1].
    """
    _refuse_outside(probabilities)
    said = np.clip(probabilities, CLIP, 1 - CLIP)
    return np.asarray(-np.log(np.where(labels == 1, said, 1 - said)), np.float64)


def calibration_error(
    probabilities: Float[np.ndarray, " questions"],
    labels: Integer[np.ndarray, " questions"],
    bin_of: Integer[np.ndarray, " questions"],
) -> float:
    """Expected calibration error: |positive rate - mean probability|, averaged over questions.

    Source:
        Naeini et al. 2015: sum over bins of questions in it / all x |difference|.
    """
    sums = np.bincount(bin_of, weights=labels - probabilities)
    return float(np.abs(sums).sum() / len(probabilities))


def resampled_calibration_errors(
    probabilities: Float[np.ndarray, " questions"],
    labels: Integer[np.ndarray, " questions"],
    bin_of: Integer[np.ndarray, " questions"],
    counts: UInt16[np.ndarray, "resamples questions"],
) -> Float[np.ndarray, " resamples"]:
    """Calibration error in every resample, in the bins of the whole set."""
    gaps = labels - probabilities
    per_bin = [
        np.abs(resampled_means(np.where(bin_of == each, gaps, 0.0), counts))
        for each in np.unique(bin_of)
    ]
    return np.asarray(np.sum(per_bin, axis=0), np.float64)


def reliability_bins(
    probabilities: Float[np.ndarray, " questions"],
    labels: Integer[np.ndarray, " questions"],
    bin_of: Integer[np.ndarray, " questions"],
) -> list[ReliabilityBin]:
    """The bins that hold a question, lowest probability first."""
    return [
        ReliabilityBin(
            questions=int(inside.sum()),
            mean_probability=float(probabilities[inside].mean()),
            positive_rate=float(np.mean(labels[inside])),
        )
        for inside in (bin_of == each for each in np.unique(bin_of))
    ]


def _refuse_outside(probabilities: Float[np.ndarray, " questions"]) -> None:
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("expected probabilities between 0 and 1")
