"""How many items of the questions the model has seen in training."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import polars as pl

from data.questions import CompatibilityQuestion, FitbQuestion
from data.retrieval_questions import RetrievalQuestion
from data.weakest_questions import WeakestQuestion
from engine.training_counts import TrainingCounts

Question: TypeAlias = FitbQuestion | CompatibilityQuestion | RetrievalQuestion | WeakestQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOverlap:
    """Distinct items of a question set and how many of them stood in training outfits."""

    items: int
    seen: int

    @property
    def share(self) -> float:
        """Share of the items that were seen, 0 where there are none."""
        return self.seen / max(self.items, 1)


def training_overlap(
    questions: Sequence[Question],
    items: pl.DataFrame,
    counts: TrainingCounts,
) -> TrainingOverlap:
    """Count the items that questions and training outfits share, by item_id.

    Args:
        questions: rows of `items`.
        items: the catalogue of the questions.
        counts: of the training outfits, perhaps of another catalogue.
    """
    rows = set(chain.from_iterable(map(_rows, questions)))
    named = items["item_id"].gather(sorted(rows))
    seen = int(named.is_in(counts.items["item_id"].implode()).sum())
    return TrainingOverlap(items=len(rows), seen=seen)


def _rows(question: Question) -> tuple[int, ...]:
    if isinstance(question, FitbQuestion):
        return question.context + question.candidates
    if isinstance(question, RetrievalQuestion):
        return (*question.context, question.target)
    return question.items
