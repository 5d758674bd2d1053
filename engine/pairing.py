"""Which negative belongs to which positive: what the pairwise win rate is measured over.

Question files list pairs in one of two orders, all positives before all negatives or in turn, and
in both the i-th positive was made into the i-th negative. Where that cannot be, nothing is paired.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from data.questions import CompatibilityQuestion
from engine.bootstrap import Interval, interval, resample_counts, resampled_means
from engine.metrics import pairwise_wins


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Positions of the i-th positive and of the i-th negative, for every i."""

    positives: Int64[np.ndarray, " pairs"]
    negatives: Int64[np.ndarray, " pairs"]

    def win_rate(
        self, scores: Float[np.ndarray, " questions"], *, resamples: int, seed: int
    ) -> Interval:
        """Share of pairs that the positive wins, its interval over resampled pairs."""
        won = pairwise_wins(scores[self.positives], scores[self.negatives])
        counts = resample_counts(np.zeros(len(won), np.int64), resamples=resamples, seed=seed)
        return interval(float(won.mean()), resampled_means(won, counts))

    def description(self) -> str:
        """How the outfits were paired, in plain words."""
        return f"{len(self.positives)} pairs: the i-th positive with the i-th negative"


def pair_up(questions: Sequence[CompatibilityQuestion]) -> Pairs | str:
    """The pairs of a set, in the order of its positives; or why there are none.

    A set is paired where it holds as many negatives as positives and the two outfits of every
    pair hold as many items: a negative replaces items and neither adds nor removes one.
    """
    labels = np.array([question.label for question in questions])
    positives, negatives = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    if len(positives) != len(negatives):
        return f"{len(positives)} positives cannot be paired with {len(negatives)} negatives"
    sizes = np.array([len(question.items) for question in questions])
    unlike = np.flatnonzero(sizes[positives] != sizes[negatives])
    if len(unlike):
        at = unlike[0]
        return (
            f"positive {at + 1} holds {sizes[positives[at]]} items, negative {at + 1} "
            f"{sizes[negatives[at]]}, so they are no pair"
        )
    return Pairs(positives=positives, negatives=negatives)
