"""Questions as they are put to a recommender, many at once; free of torch, for light clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from engine.requests import (
    Complement,
    Explanation,
    Filters,
    Item,
    OutfitScore,
    RankedCandidate,
    Slot,
)

NO_FILTERS = Filters()
EXPLAINED_OUTFITS = 256
"""Outfits that the model judges, about, to explain one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreQuestion:
    """How well the items of each outfit go together."""

    outfits: Sequence[Sequence[Item]]

    @property
    def size(self) -> int:
        """Outfits that the model judges."""
        return len(self.outfits)


@dataclass(frozen=True, slots=True, kw_only=True)
class FillQuestion:
    """Which candidate completes the context best."""

    context: Sequence[Item]
    candidates: Sequence[Item]
    slot: Slot | None = None

    @property
    def size(self) -> int:
        """Outfits that the model judges."""
        return len(self.candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplementsQuestion:
    """What in the catalogue completes the context in a slot; fields as of `complements`."""

    context: Sequence[Item]
    slot: Slot
    k: int
    filters: Filters = NO_FILTERS
    min_relevance: float | None = None

    @property
    def size(self) -> int:
        """Contexts that the model reads."""
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetQuestion:
    """Where the item lies that the context wants in a slot."""

    context: Sequence[Item]
    slot: Slot

    @property
    def size(self) -> int:
        """Contexts that the model reads."""
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainQuestion:
    """What makes an outfit go together; the filters are on what may be proposed."""

    items: Sequence[Item]
    filters: Filters = NO_FILTERS

    @property
    def size(self) -> int:
        """Outfits that the model judges, about."""
        return EXPLAINED_OUTFITS


Question: TypeAlias = (
    ScoreQuestion | FillQuestion | ComplementsQuestion | TargetQuestion | ExplainQuestion
)
Answer: TypeAlias = (
    list[OutfitScore] | list[RankedCandidate] | list[Complement] | np.ndarray | Explanation
)
"""Of a question of the same place in `Question`."""
