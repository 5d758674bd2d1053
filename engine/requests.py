"""What is asked of a recommender and what it answers; free of torch, so that clients are light."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemContent:
    """An item that the catalogue does not hold, given inline.

    Args:
        category: a fine category or a coarse slot, None where unknown.
        title: None where unknown.
        description: read after the title.
        attributes: values by name, such as colour.
        price: above 0, in the catalogue's currency, None where unknown.
        image: the bytes of a picture.
        vectors: by the name of the feature that they stand for.
    """

    category: str | None = None
    title: str | None = None
    description: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    price: float | None = None
    image: bytes | None = None
    vectors: Mapping[str, np.ndarray] = field(default_factory=dict)


Item: TypeAlias = str | ItemContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What is wanted: a fine category or a coarse slot, and a description."""

    category: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which catalogue items may answer; an item without a price passes no price limit."""

    exclude: frozenset[str] = frozenset()
    min_price: float | None = None
    max_price: float | None = None
    in_stock_only: bool = False

    @property
    def limits(self) -> bool:
        """Whether price or stock decide."""
        return self.in_stock_only or (self.min_price, self.max_price) != (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutfitScore:
    """Compatibility of one outfit; `missing` lists what items lack, as `position:modality`."""

    logit: float
    probability: float
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCandidate:
    """A candidate by its position in the request; `item_id` is empty for an inline one."""

    position: int
    item_id: str
    logit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Complement:
    """A catalogue item, its similarity to the target embedding, and how relevant that makes it.

    Relevance, from 0 to 1, is None where the bundle cannot tell.
    """

    item_id: str
    similarity: float
    relevance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemContribution:
    """What one item adds to the compatibility logit of its outfit.

    Args:
        contribution: its Shapley value; over all items they sum to the outfit's logit less that
            of no items.
        alone: its logit as the only item, less that of no items.
        left_out: the outfit's logit less that of the other items.
    """

    contribution: float
    alone: float
    left_out: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairContribution:
    """What two items add together, beside what each adds alone; by their positions.

    Over all pairs, with every `ItemContribution.alone`, they sum to the outfit's logit less that
    of no items. An item's contribution is what it adds alone and half of each of its pairs.
    """

    first: int
    second: int
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """The catalogue item that raises the outfit's logit most in the place of the weakest."""

    item_id: str
    logit: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an outfit goes together as well as it does.

    Args:
        score: of the outfit.
        empty_logit: of no items.
        items: in the order of the outfit.
        pairs: of all items, `first` < `second`.
        exact: false where the pairs were sampled; the sums hold all the same.
        weakest: position of the item without which the logit would be highest.
        replacement: None where nothing that may be proposed raises the logit.
    """

    score: OutfitScore
    empty_logit: float
    items: tuple[ItemContribution, ...]
    pairs: tuple[PairContribution, ...]
    exact: bool
    weakest: int
    replacement: Replacement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleInfo:
    """What a bundle is, in short.

    Args:
        dim: of its item embeddings.
        categories: fine categories of its catalogue, sorted.
        features: names of the modalities that its model reads.
    """

    bundle_id: str
    model: str
    dim: int
    num_items: int
    categories: list[str]
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueItem:
    """What the catalogue knows of an item; fields as of the item table.

    Args:
        updated: whether something of it is newer than the bundle.
    """

    item_id: str
    group_id: str | None
    title: str | None
    description: str | None
    category: str
    slot: str | None
    attributes: Mapping[str, str]
    price: float | None
    currency: str | None
    availability: str | None
    popularity: float | None
    updated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryCount:
    """A fine category, its coarse slot, and how many items it has."""

    category: str
    slot: str | None
    num_items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsert:
    """What becomes of an item; without content, price and availability alone change.

    Args:
        content: of a new item, or in the place of all that is known of this one.
        price: None where unknown, or unchanged.
        availability: None where unknown, or unchanged.
    """

    item_id: str
    content: ItemContent | None = None
    price: float | None = None
    availability: str | None = None
