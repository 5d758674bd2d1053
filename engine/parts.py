"""What an index is asked: some queries and the rows that they look through; and what it finds."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """Some queries, and what they look through.

    Args:
        queries: their numbers.
        rows: ascending; a partition.
        allowed: which of the rows may answer; None where all may.
        k: at least 1.
    """

    queries: Int64[np.ndarray, " queries"]
    rows: Int64[np.ndarray, " rows"]
    allowed: Bool[np.ndarray, " rows"] | None
    k: int

    @property
    def num_refused(self) -> int:
        """Rows that may not answer."""
        return 0 if self.allowed is None else int(np.count_nonzero(~self.allowed))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """Rows of the best items of each query, best first, and their inner products."""

    rows: list[Int64[np.ndarray, " found"]]
    similarities: list[Float32[np.ndarray, " found"]]

    @classmethod
    def none(cls, num_queries: int) -> "Neighbours":
        """Nothing, for so many queries."""
        return cls(
            rows=[np.zeros(0, np.int64)] * num_queries,
            similarities=[np.zeros(0, np.float32)] * num_queries,
        )

    def put(self, queries: Int64[np.ndarray, " queries"], found: "Neighbours") -> None:
        """What was found for some of the queries, in their order."""
        for number, rows, similarities in zip(
            queries.tolist(), found.rows, found.similarities, strict=True
        ):
            self.rows[number], self.similarities[number] = rows, similarities
