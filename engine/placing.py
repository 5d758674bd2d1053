"""Where a retriever places the target of each question among the items of its pool."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Bool, Int64

from data.pools import Pools
from data.retrieval_questions import RetrievalQuestion
from engine.ranking_metrics import Placements
from engine.retriever import RetrievalQuery, Retriever

CHUNK: Final = 1_000_000
"""Similarities in memory at once."""


def place(
    retriever: Retriever,
    queries: Sequence[RetrievalQuery],
    questions: Sequence[RetrievalQuestion],
    pools: Pools,
) -> Placements:
    """Rank every target; items of the context never answer.

    A target that its pool does not hold stands in for the pool's last item. Retrievers see the
    items of a pool in an order that tells nothing.

    Raises:
        ValueError: a similarity is not a number, or there are too few or many.
    """
    above, tied = np.zeros((2, len(questions)), np.int64)
    for name, numbers in _by_pool(questions, pools).items():
        bench = _Bench.of(pools, name, [questions[number].target for number in numbers])
        for chunk in bench.chunks(numbers):
            given = retriever.similarities([queries[number] for number in chunk], bench.rows)
            if given.shape != (len(chunk), len(bench.rows)) or np.isnan(given).any():
                raise ValueError(f"expected a similarity for every item from {retriever.name}")
            parts = [questions[number] for number in chunk]
            own = given[np.arange(len(chunk)), bench.targets(parts)][:, None]
            rivals = bench.rivals(parts)
            above[chunk] = ((given > own) & rivals).sum(axis=1)
            tied[chunk] = ((given == own) & rivals).sum(axis=1)
    return Placements(above=above, tied=tied)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Bench:
    """A pool and the targets that it lacks, side by side.

    Args:
        rows: of the dataset, in random order.
        column: where every row of the dataset stands in `rows`; -1 where it does not.
        pooled: which of `rows` the pool holds.
        last: the pool's last item, which a target that is not pooled stands in for.
    """

    rows: Int64[np.ndarray, " bench"]
    column: Int64[np.ndarray, " items"]
    pooled: Bool[np.ndarray, " bench"]
    last: int

    @classmethod
    def of(cls, pools: Pools, name: str, targets: Sequence[int]) -> "_Bench":
        pool = pools.rows[name]
        both = np.union1d(pool, np.array(targets, np.int64))
        rows = np.random.default_rng(pools.seed).permutation(both)
        column = np.full(len(pools.item_ids), -1)
        column[rows] = np.arange(len(rows))
        return cls(rows=rows, column=column, pooled=np.isin(rows, pool), last=int(pool[-1]))

    def chunks(self, numbers: Sequence[int]) -> list[Sequence[int]]:
        """The questions in parts that fit in memory."""
        size = max(CHUNK // len(self.rows), 1)
        return [numbers[start : start + size] for start in range(0, len(numbers), size)]

    def targets(self, questions: Sequence[RetrievalQuestion]) -> Int64[np.ndarray, " questions"]:
        """The column of every target."""
        return self.column[[question.target for question in questions]]

    def rivals(self, questions: Sequence[RetrievalQuestion]) -> Bool[np.ndarray, "questions bench"]:
        """What each target is ranked among: the pool, without the context and the target."""
        rivals = np.tile(self.pooled, (len(questions), 1))
        for rival, question in zip(rivals, questions, strict=True):
            own = self.column[question.target]
            if not self.pooled[own]:
                rival[self.column[self.last]] = False
            worn = self.column[list(question.context)]
            rival[worn[worn >= 0]] = False
            rival[own] = False
        return rivals


def _by_pool(questions: Sequence[RetrievalQuestion], pools: Pools) -> dict[str, list[int]]:
    """Numbers of the questions that share a pool."""
    groups: dict[str, list[int]] = {}
    for number, question in enumerate(questions):
        groups.setdefault(str(pools.name_of[question.target]), []).append(number)
    return groups
