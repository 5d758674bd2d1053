"""Figures of merit of a ranking with one relevant item; ties are worth what chance makes of them.

Where items tie with the relevant one, its rank is any of theirs with equal chance, and a figure is
its expectation: a constant scorer gains nothing by the order in which ties are broken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float, Integer

Worth: TypeAlias = Callable[[Float[np.ndarray, " ranks"]], Float[np.ndarray, " ranks"]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placements:
    """Where the relevant item of each question stands.

    Args:
        above: how many items score higher.
        tied: how many others score the same.
    """

    above: Integer[np.ndarray, " questions"]
    tied: Integer[np.ndarray, " questions"]

    def ranks(self) -> Float[np.ndarray, " questions"]:
        """Expected rank, from 1."""
        return np.asarray(self.above + 1 + self.tied / 2, np.float64)

    def recall(self, k: int) -> Float[np.ndarray, " questions"]:
        """Chance to stand among the first k."""
        return np.asarray(np.clip((k - self.above) / (self.tied + 1), 0, 1), np.float64)

    def reciprocal_ranks(self) -> Float[np.ndarray, " questions"]:
        """Expected 1 / rank; the mean over questions is the MRR."""
        return self._expected(lambda ranks: 1 / ranks)

    def ndcg(self, k: int) -> Float[np.ndarray, " questions"]:
        """Expected 1 / log2(1 + rank) within the first k, else 0; the ideal gain is one.

        Source:
            Järvelin and Kekäläinen 2002, discounted cumulated gain, for one relevant item.
        """
        return self._expected(lambda ranks: np.where(ranks <= k, 1 / np.log2(1 + ranks), 0.0))

    def _expected(self, worth: Worth) -> Float[np.ndarray, " questions"]:
        """Mean worth of the ranks that the relevant item may have."""
        last = int((self.above + self.tied + 1).max(initial=0))
        total = np.concatenate([[0.0], np.cumsum(worth(np.arange(1.0, last + 1)))])
        worths = total[self.above + self.tied + 1] - total[self.above]
        return np.asarray(worths / (self.tied + 1), np.float64)
