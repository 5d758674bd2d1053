"""Retrievers whose answers are known, and questions and pools for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from data.pools import PoolRule, Pools
from data.questions import QuestionSet
from data.retrieval_questions import RetrievalQuestion, RetrievalSet
from engine.retriever import RetrievalQuery


@dataclass
class Near:
    """Finds items whose row is near the mean row of the context; remembers what it saw."""

    name: str = "near"
    queries: list[RetrievalQuery] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)

    def similarities(self, queries: Sequence[RetrievalQuery], rows: np.ndarray) -> np.ndarray:
        self.queries += queries
        self.rows.append(rows)
        centre = np.array([np.mean(query.context) for query in queries])
        return -np.abs(rows - centre[:, None]).round().astype(np.float64)


@dataclass
class First:
    """Trusts the order in which it sees the pool."""

    name: str = "first"

    def similarities(self, queries: Sequence[RetrievalQuery], rows: np.ndarray) -> np.ndarray:
        return np.tile(-np.arange(len(rows), dtype=np.float64), (len(queries), 1))


def question(context: Sequence[int], target: int) -> RetrievalQuestion:
    return RetrievalQuestion(
        context=tuple(context), target=target, context_ids=("secret",), target_id="secret"
    )


def question_set(questions: Sequence[RetrievalQuestion]) -> RetrievalSet:
    return QuestionSet(name="asked", questions=tuple(questions), dropped={"a reason": 3})


def pools_of(
    rows: dict[str, list[int]], name_of: list[str | None], rule: PoolRule = "fine"
) -> Pools:
    return Pools(
        rule=rule,
        size=5,
        split="valid",
        seed=0,
        rows={name: np.array(members) for name, members in rows.items()},
        name_of=name_of,
        item_ids=[f"i{row}" for row in range(len(name_of))],
    )
