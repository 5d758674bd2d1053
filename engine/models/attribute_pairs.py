"""Attribute pairs: what every two attributes say of the items that have them."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems
from engine.models.pooling import masked_mean

SPEED = 100.0
"""How much faster than other weights a table learns: a number is met in few outfits."""


class AttributePairs(nn.Module):
    """The sum, over pairs of items, of a learned number for every two of their attributes.

    It is linear in what it learns, so that no start is a bad one: which of two dozen colours clash
    is clear from some ten outfits a pair of colours, where a product of factors (see
    `SetInteractions`) remembers the items instead.

    Args:
        start: of the attributes in an item embedding.
        width: how many numbers they are.
    """

    def __init__(self, *, start: int, width: int) -> None:
        super().__init__()
        self.block = slice(start, start + width)
        self.table = nn.Parameter(torch.empty(width, width))
        self.target_weight = nn.Parameter(torch.empty(()))
        self.start_at_zero()

    def start_at_zero(self) -> None:
        """Let nothing be added until something is learned."""
        nn.init.zeros_(self.table)
        nn.init.zeros_(self.target_weight)

    def logit(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """The sum over unordered pairs, which is half of that over ordered ones."""
        each = self._attributes(items.vectors)
        together, table = each.sum(1), self._symmetric()
        ordered = torch.einsum("oi,ij,oj->o", together, table, together)
        alone = torch.einsum("oni,ij,onj->o", each, table, each)
        return (ordered - alone) / 2

    def target(self, context: PlacedItems, wanted: ItemTokens) -> Float[Tensor, "outfits dim"]:
        """The attributes that go with those of the context."""
        mean = masked_mean(self._attributes(context.vectors), context.mask)
        shift = torch.zeros_like(wanted.vectors)
        shift[:, self.block] = self.target_weight * (mean @ self._symmetric())
        return shift

    def _attributes(
        self, vectors: Float[Tensor, "outfits items dim"]
    ) -> Float[Tensor, "outfits items width"]:
        """Of unit length; zero where an item has none or is padding."""
        return functional.normalize(vectors[..., self.block], dim=-1)

    def _symmetric(self) -> Float[Tensor, "width width"]:
        return SPEED * (self.table + self.table.T) / 2
