"""Batches of outfits: as padded rows with a mask, true where an item is present, and as graphs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutfitBatch:
    """Outfits as rows into a table of items; a padded place holds row 0 and is masked out."""

    rows: Int[Tensor, "outfits items"]
    mask: Bool[Tensor, "outfits items"]

    def __len__(self) -> int:
        """Number of outfits."""
        return len(self.rows)

    def without(self, position: Int[Tensor, " outfits"]) -> "OutfitBatch":
        """The contexts left when each outfit loses the item at `position`."""
        mask = self.mask.scatter(1, position[:, None], value=False)
        return OutfitBatch(rows=self.rows.where(mask, 0), mask=mask)

    def replaced(
        self, position: Int[Tensor, " outfits"], rows: Int[Tensor, " outfits"]
    ) -> "OutfitBatch":
        """Each outfit with the item at `position` replaced by the one in `rows`."""
        return OutfitBatch(
            rows=self.rows.scatter(1, position[:, None], rows[:, None]), mask=self.mask
        )

    def part(self, outfits: slice) -> "OutfitBatch":
        """Some of the outfits."""
        return OutfitBatch(rows=self.rows[outfits], mask=self.mask[outfits])

    def to(self, device: torch.device) -> "OutfitBatch":
        """The same batch on another device."""
        return OutfitBatch(rows=self.rows.to(device), mask=self.mask.to(device))


def pad_outfits(outfits: Sequence[Sequence[int] | np.ndarray]) -> OutfitBatch:
    """Pad outfits to the longest of them.

    Raises:
        ValueError: there is no outfit.
    """
    if not outfits:
        raise ValueError("expected at least one outfit, got none")
    sizes = [len(outfit) for outfit in outfits]
    width = max(*sizes, 1)
    if min(sizes) == width:  # as those of most questions are
        rows = np.array(outfits, np.int64)
        mask = np.ones(rows.shape, np.bool_)
        return OutfitBatch(rows=torch.from_numpy(rows), mask=torch.from_numpy(mask))
    mask = np.arange(width) < np.array(sizes)[:, None]
    rows = np.zeros(mask.shape, np.int64)
    rows[mask] = np.concatenate([np.asarray(outfit, np.int64) for outfit in outfits])
    return OutfitBatch(rows=torch.from_numpy(rows), mask=torch.from_numpy(mask))


def join_batches(batches: Sequence[OutfitBatch]) -> OutfitBatch:
    """Stack batches of one width."""
    return OutfitBatch(
        rows=torch.cat([batch.rows for batch in batches]),
        mask=torch.cat([batch.mask for batch in batches]),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutfitGraph:
    """The items of a batch as nodes, outfit by outfit; any two of one outfit are joined both ways.

    Args:
        outfit: the outfit of each node.
        edges: sender and receiver of each edge.
        mask: whose true places are the nodes, row by row; an outfit may have none.
    """

    outfit: Int[Tensor, " nodes"]
    edges: Int[Tensor, "2 edges"]
    mask: Bool[Tensor, "outfits items"]

    @classmethod
    def of(cls, mask: Bool[Tensor, "outfits items"]) -> "OutfitGraph":
        """The true places of a mask, row by row."""
        place = torch.arange(mask.shape[1], device=mask.device)
        joined = mask[:, :, None] & mask[:, None, :] & (place[:, None] != place)
        outfit, receiver, sender = joined.nonzero(as_tuple=True)
        number = mask.flatten().long().cumsum(0).view_as(mask) - 1
        return cls(
            outfit=mask.nonzero()[:, 0],
            edges=torch.stack([number[outfit, sender], number[outfit, receiver]]),
            mask=mask,
        )
