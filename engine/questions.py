"""Questions as they are put to a recommender, many at once; free of torch, for light clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from engine.requests import (
    CatalogueItem,
    CategoryCount,
    Complement,
    Explanation,
    Filters,
    Item,
    ItemContent,
    OutfitScore,
    RankedCandidate,
    Slot,
    Upsert,
)
from engine.updates import ItemUpdate

NO_FILTERS = Filters()
EXPLAINED_OUTFITS: Final = 256
"""Outfits that the model judges, about, to explain one."""
INLINE_SIZE: Final = 8
"""Outfits that could be judged, about, while the words of an inline item are encoded."""
PICTURE_SIZE: Final = 32
"""Outfits that could be judged, about, while a picture is encoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreQuestion:
    """How well the items of each outfit go together."""

    outfits: Sequence[Sequence[Item]]

    @property
    def size(self) -> int:
        """Work in outfits that the model judges."""
        return len(self.outfits) + sum(map(_encoding, self.outfits))


@dataclass(frozen=True, slots=True, kw_only=True)
class FillQuestion:
    """Which candidate completes the context best."""

    context: Sequence[Item]
    candidates: Sequence[Item]
    slot: Slot | None = None

    @property
    def size(self) -> int:
        """Work in outfits that the model judges."""
        return len(self.candidates) + _encoding(self.context) + _encoding(self.candidates)


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
        """Work in outfits that the model judges."""
        return 1 + _encoding(self.context)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetQuestion:
    """Where the item lies that the context wants in a slot."""

    context: Sequence[Item]
    slot: Slot

    @property
    def size(self) -> int:
        """Work in outfits that the model judges."""
        return 1 + _encoding(self.context)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainQuestion:
    """What makes an outfit go together; the filters are on what may be proposed."""

    items: Sequence[Item]
    filters: Filters = NO_FILTERS

    @property
    def size(self) -> int:
        """Work in outfits that the model judges."""
        return EXPLAINED_OUTFITS + _encoding(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsQuestion:
    """What the catalogue knows of items; those that it does not hold have no answer."""

    item_ids: Sequence[str]

    @property
    def size(self) -> int:
        """Work in outfits that the model judges."""
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoriesQuestion:
    """Which categories items have."""

    @property
    def size(self) -> int:
        """Work in outfits that the model judges."""
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertQuestion:
    """Which updates upserts come to, their contents encoded; nothing is applied."""

    upserts: Sequence[Upsert]

    @property
    def size(self) -> int:
        """Work in outfits that the model judges."""
        return 1 + _encoding([each.content for each in self.upserts if each.content is not None])


Question: TypeAlias = (
    ScoreQuestion
    | FillQuestion
    | ComplementsQuestion
    | TargetQuestion
    | ExplainQuestion
    | ItemsQuestion
    | CategoriesQuestion
    | UpsertQuestion
)
Answer: TypeAlias = (
    list[OutfitScore]
    | list[RankedCandidate]
    | list[Complement]
    | np.ndarray
    | Explanation
    | list[CatalogueItem]
    | list[CategoryCount]
    | list[ItemUpdate]
)
"""Of a question of the same place in `Question`."""


def _encoding(items: Sequence[Item]) -> int:
    """Work that it takes to encode the inline ones, in outfits that the model judges."""
    inline = (item for item in items if isinstance(item, ItemContent))
    return sum(INLINE_SIZE if item.image is None else PICTURE_SIZE for item in inline)
