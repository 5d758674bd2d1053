"""Items as tensors: before the item tower (features) and after it (tokens)."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemFeatures:
    """What the item tower reads.

    Args:
        category: number of the fine category, 0 where unknown.
        slot: number of the coarse slot, 0 where unknown.
        content: the modalities side by side, each of unit length, zero where absent.
        log_price: natural logarithm of the price, NaN where unknown; None where all are.
    """

    category: Int[Tensor, " items"]
    slot: Int[Tensor, " items"]
    content: Float[Tensor, "items content"]
    log_price: Float[Tensor, " items"] | None = None

    def __len__(self) -> int:
        """Number of items."""
        return len(self.category)

    @property
    def log_prices(self) -> Float[Tensor, " items"]:
        """Of every item, NaN where unknown."""
        if self.log_price is None:
            return self.content.new_full((len(self),), torch.nan)
        return self.log_price

    def take(self, rows: Int[Tensor, " rows"]) -> "ItemFeatures":
        """The items at `rows`."""
        return ItemFeatures(
            category=self.category[rows],
            slot=self.slot[rows],
            content=self.content[rows],
            log_price=self.log_prices[rows],
        )

    def without_content(self, dropped: Bool[Tensor, " items"]) -> "ItemFeatures":
        """The same items, the dropped ones known by category and slot alone."""
        return replace(
            self,
            content=self.content.masked_fill(dropped[:, None], 0),
            log_price=self.log_prices.masked_fill(dropped, torch.nan),
        )

    def without_category(self, hidden: Bool[Tensor, " items"]) -> "ItemFeatures":
        """The same items, the hidden ones known by their slot alone."""
        return replace(self, category=self.category.masked_fill(hidden, 0))

    def to(self, device: torch.device) -> "ItemFeatures":
        """The same items on another device."""
        return ItemFeatures(
            category=self.category.to(device),
            slot=self.slot.to(device),
            content=self.content.to(device),
            log_price=self.log_prices.to(device),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemTokens:
    """What the item tower makes of items: all that models, bundles and the index read.

    Args:
        vectors: item embeddings; zero where an item has no content.
        log_price: natural logarithm of the price, NaN where unknown; None where all are.
    """

    category: Int[Tensor, " items"]
    slot: Int[Tensor, " items"]
    vectors: Float[Tensor, "items dim"]
    log_price: Float[Tensor, " items"] | None = None

    def __len__(self) -> int:
        """Number of items."""
        return len(self.category)

    @property
    def log_prices(self) -> Float[Tensor, " items"]:
        """Of every item, NaN where unknown."""
        if self.log_price is None:
            return self.vectors.new_full((len(self),), torch.nan)
        return self.log_price

    def take(self, rows: Int[Tensor, " rows"]) -> "ItemTokens":
        """The items at `rows`."""
        return ItemTokens(
            category=self.category[rows],
            slot=self.slot[rows],
            vectors=self.vectors[rows],
            log_price=self.log_prices[rows],
        )

    def join(self, *others: "ItemTokens") -> "ItemTokens":
        """These items, then the others."""
        return ItemTokens(
            category=torch.cat([self.category, *(other.category for other in others)]),
            slot=torch.cat([self.slot, *(other.slot for other in others)]),
            vectors=torch.cat([self.vectors, *(other.vectors for other in others)]),
            log_price=torch.cat([self.log_prices, *(other.log_prices for other in others)]),
        )
