"""Attribute interaction: what every two and every three items say by their attributes."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems
from engine.models.pooling import masked_mean, unit
from engine.models.set_interactions import SetInteractions
from engine.models.zero import zero_last


class AttributeInteraction(nn.Module):
    """A learned number for every two attributes of two items, and products of two and three items.

    The numbers are linear in what is learned, so that no start is a bad one: which of two dozen
    colours clash is clear from some ten outfits a pair of colours, where factors remember items
    instead. A rule that takes three items has too many numbers, and is left to factors.

    Args:
        start: of the attributes in an item embedding.
        width: how many numbers they are.
        rank: of the factors.
        num_slots: with number 0 for the unknown one.
    """

    def __init__(self, *, start: int, width: int, rank: int, num_slots: int) -> None:
        super().__init__()
        self.block = slice(start, start + width)
        self.table = nn.Parameter(torch.zeros(width, width))
        self.sets = SetInteractions(widths=[width], rank=rank, num_slots=num_slots)
        self.target_weight = nn.Parameter(torch.tensor(0.0))

    def start_at_zero(self) -> None:
        """Let nothing be added until something is learned."""
        nn.init.zeros_(self.table)
        nn.init.zeros_(self.target_weight)
        zero_last(self.sets.readout)

    def logit(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """The sum of the numbers over all pairs of items, and the sets beside it."""
        each = self._attributes(items.vectors)
        others = each.sum(1, keepdim=True) - each
        pairs = (others * (each @ self._numbers())).sum((1, 2)) / 2
        sets: Tensor = self.sets(each, items.slot, items.mask)
        return pairs + sets

    def target(self, context: PlacedItems, wanted: ItemTokens) -> Float[Tensor, "outfits dim"]:
        """The attributes that go with those of the context."""
        mean = masked_mean(self._attributes(context.vectors), context.mask)
        fitting = self.target_weight * (mean @ self._numbers())
        after = int(wanted.vectors.shape[-1]) - self.block.stop  # a constant where it is traced
        return functional.pad(fitting, (self.block.start, after))

    def _attributes(
        self, vectors: Float[Tensor, "outfits items dim"]
    ) -> Float[Tensor, "outfits items width"]:
        """Of unit length; zero where an item has none or is padding."""
        return unit(vectors[..., self.block])

    def _numbers(self) -> Float[Tensor, "width width"]:
        """By two attributes in either order; on a scale on which they are learned in time."""
        return len(self.table) * (self.table + self.table.T) / 2
