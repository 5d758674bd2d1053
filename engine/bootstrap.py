"""Bootstrap 95 % percentile intervals over questions: seeded, vectorised, paired by shared draws.

Every figure is recomputed on the same resamples of a question set (`resample_counts`), so that the
difference of two scorers' resampled figures is their paired bootstrap.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Integer, UInt16

CHUNK = 100  # resamples weighed at once: 100 x 20,000 questions take 16 MB as doubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure with the bounds of its bootstrap interval, in the figure's unit."""

    figure: float
    low: float
    high: float


def resample_counts(
    strata: Integer[np.ndarray, " questions"], *, resamples: int, seed: int
) -> UInt16[np.ndarray, "resamples questions"]:
    """How often each question is drawn in each resample, with replacement within its stratum.

    Args:
        strata: a class a question whose size every resample keeps: the labels for AUC, which is
            undefined without positives or negatives; all equal where it does not matter.
        resamples: number of resamples.
        seed: of the draws; equal strata and seeds give equal counts.
    """
    generator = np.random.default_rng(seed)
    counts = np.zeros((resamples, len(strata)), dtype=np.uint16)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        for row in counts:
            drawn = generator.integers(len(members), size=len(members))
            row[members] = np.bincount(drawn, minlength=len(members))
    return counts


def resampled_means(
    values: Float[np.ndarray, " questions"], counts: UInt16[np.ndarray, "resamples questions"]
) -> Float[np.ndarray, " resamples"]:
    """Mean of the values in every resample."""
    sums = [chunk @ np.asarray(values, dtype=np.float64) for chunk in _chunks(counts)]
    return np.concatenate(sums) / len(values)


def resampled_aucs(
    scores: Float[np.ndarray, " questions"],
    labels: Integer[np.ndarray, " questions"],
    counts: UInt16[np.ndarray, "resamples questions"],
) -> Float[np.ndarray, " resamples"]:
    """ROC-AUC in every resample, ties counting half, from one sort of the scores.

    A question drawn w times weighs w: the AUC is the sum, over groups of tied scores in ascending
    order, of positives in the group x (negatives below + half the negatives in it), divided by
    positives x negatives.
    """
    order = np.argsort(scores, kind="stable")
    ascending = scores[order]
    starts = np.flatnonzero(np.append(True, ascending[1:] != ascending[:-1]))
    positive = (labels[order] == 1).astype(np.float64)
    aucs = []
    for chunk in _chunks(counts):
        weights = chunk[:, order]
        won = np.add.reduceat(weights * positive, starts, axis=1)
        lost = np.add.reduceat(weights * (1 - positive), starts, axis=1)
        below = np.cumsum(lost, axis=1) - lost / 2
        aucs.append((won * below).sum(axis=1) / (won.sum(axis=1) * lost.sum(axis=1)))
    return np.concatenate(aucs)


def interval(
    figure: float, resampled: Float[np.ndarray, " resamples"], *, level: float = 0.95
) -> Interval:
    """Percentile interval of a figure from its resampled values."""
    low, high = np.percentile(resampled, [50 * (1 - level), 50 * (1 + level)])
    return Interval(figure=figure, low=float(low), high=float(high))


def paired_difference(
    first: tuple[float, Float[np.ndarray, " resamples"]],
    second: tuple[float, Float[np.ndarray, " resamples"]],
    *,
    level: float = 0.95,
) -> Interval:
    """Interval of first minus second, each a figure with its values on the same resamples."""
    return interval(first[0] - second[0], first[1] - second[1], level=level)


def _chunks(
    counts: UInt16[np.ndarray, "resamples questions"],
) -> Iterator[Float[np.ndarray, "_ questions"]]:
    """Pieces of the counts as doubles, one in memory at a time."""
    for start in range(0, len(counts), CHUNK):
        yield counts[start : start + CHUNK].astype(np.float64)
