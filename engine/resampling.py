"""Figures on the shared resamples of a question set, from what each question gave.

Reports keep what every scorer earned: `credits` a question, whose mean is the figure, or `ranks`,
whose ROC-AUC against the `labels` of the set it is. So a report and its seed are enough to draw the
same resamples again, and to compare runs that were judged on one file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float, Int64, UInt16

from engine.bootstrap import Interval, interval, resample_counts, resampled_aucs, resampled_means
from engine.metrics import roc_auc
from engine.verdict import Outcome


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanResampling:
    """A mean over questions, weighted, with its resamples.

    Args:
        weights: of the questions, with a mean of one.
        counts: the shared resamples, in which every group keeps its size.
    """

    weights: Float[np.ndarray, " questions"]
    counts: UInt16[np.ndarray, "resamples questions"]

    @classmethod
    def micro(cls, questions: int, *, resamples: int, seed: int) -> "MeanResampling":
        """A mean in which every question counts alike."""
        return cls(
            weights=np.ones(questions),
            counts=resample_counts(np.zeros(questions, np.int64), resamples=resamples, seed=seed),
        )

    @classmethod
    def macro(cls, groups: Sequence[str], *, resamples: int, seed: int) -> "MeanResampling":
        """A mean in which every group of questions counts alike."""
        _, strata, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        return cls(
            weights=len(groups) / (len(sizes) * sizes[strata]),
            counts=resample_counts(strata, resamples=resamples, seed=seed),
        )

    def figure(self, values: Float[np.ndarray, " questions"]) -> float:
        """The mean."""
        return float((values * self.weights).mean())

    def outcome(self, name: str, values: Float[np.ndarray, " questions"]) -> Outcome:
        """The mean, and that of every resample."""
        resampled = resampled_means(values * self.weights, self.counts)
        return Outcome(name=name, figure=self.figure(values), resampled=resampled)

    def interval(self, values: Float[np.ndarray, " questions"]) -> Interval:
        """The mean with its interval."""
        return interval(self.figure(values), resampled_means(values * self.weights, self.counts))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AucResampling:
    """ROC-AUC against the labels of a set, with resamples that keep the number of each label."""

    labels: Int64[np.ndarray, " questions"]
    counts: UInt16[np.ndarray, "resamples questions"]

    @classmethod
    def of(
        cls, labels: Int64[np.ndarray, " questions"], *, resamples: int, seed: int
    ) -> "AucResampling":
        """Draw the resamples."""
        return cls(labels=labels, counts=resample_counts(labels, resamples=resamples, seed=seed))

    def outcome(self, name: str, values: Float[np.ndarray, " questions"]) -> Outcome:
        """The ROC-AUC, and that of every resample."""
        return Outcome(
            name=name,
            figure=roc_auc(values, self.labels),
            resampled=resampled_aucs(values, self.labels, self.counts),
        )


Resampling: TypeAlias = MeanResampling | AucResampling


def resampling_of(report: Mapping[str, Any], *, resamples: int, seed: int) -> Resampling:
    """The resamples that were drawn for the set of a report under this seed."""
    if "labels" in report:
        labels = np.array(report["labels"], np.int64)
        return AucResampling.of(labels, resamples=resamples, seed=seed)
    if report.get("average") == "macro":
        return MeanResampling.macro(report["pool_of"], resamples=resamples, seed=seed)
    return MeanResampling.micro(len(report["credits"]), resamples=resamples, seed=seed)


def earned(report: Mapping[str, Any], scorer: str | None = None) -> Float[np.ndarray, " questions"]:
    """What each question gave to the model of a report, or to one of its controls."""
    given = report if scorer is None else report["controls"][scorer]
    return np.array(given["ranks" if "labels" in report else "credits"], np.float64)
