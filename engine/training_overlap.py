"""How many items, and products, of the questions the model has seen in training."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import polars as pl

from data.questions import CompatibilityQuestion, FitbQuestion
from data.retrieval_questions import RetrievalQuestion
from data.weakest_questions import WeakestQuestion
from engine.training_record import TrainingRecord

Question: TypeAlias = FitbQuestion | CompatibilityQuestion | RetrievalQuestion | WeakestQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Distinct identifiers of a question set and how many of them training has seen."""

    number: int
    seen: int

    @classmethod
    def of(cls, asked: pl.Series, trained: pl.Series) -> "Shared":
        """Count what `asked` and `trained` share; a null names nothing."""
        distinct = asked.drop_nulls().unique()
        return cls(number=len(distinct), seen=int(distinct.is_in(trained.implode()).sum()))

    @property
    def share(self) -> float:
        """Share that was seen, 0 where there are none."""
        return self.seen / max(self.number, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOverlap:
    """What a question set shares with training: items, and groups (products in other colours)."""

    items: Shared
    groups: Shared

    def as_report(self) -> dict[str, int | float]:
        """The numbers under the names that reports give them."""
        return {
            "items": self.items.number,
            "seen": self.items.seen,
            "share": self.items.share,
            "groups": self.groups.number,
            "groups_seen": self.groups.seen,
            "groups_share": self.groups.share,
        }


def training_overlap(
    questions: Sequence[Question],
    items: pl.DataFrame,
    training: TrainingRecord,
) -> TrainingOverlap:
    """Count what questions and training outfits share, by item_id and by group_id.

    Args:
        questions: rows of `items`.
        items: the catalogue of the questions.
        training: perhaps over another catalogue.
    """
    asked = items[sorted(set(chain.from_iterable(map(_rows, questions))))]
    return TrainingOverlap(
        items=Shared.of(asked["item_id"], training.item_ids),
        groups=Shared.of(asked["group_id"], training.group_ids),
    )


def _rows(question: Question) -> tuple[int, ...]:
    if isinstance(question, FitbQuestion):
        return question.context + question.candidates
    if isinstance(question, RetrievalQuestion):
        return (*question.context, question.target)
    return question.items
