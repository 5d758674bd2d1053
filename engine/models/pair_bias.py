"""Pair bias: what two items are to each other, added to the attention of one to the other."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.models.outfit_model import PlacedItems


class PairBias(nn.Module):
    """A number a head for each pair of items: their similarity, scaled, and one of their slots.

    It starts at zero, as plain attention.

    Args:
        num_slots: with number 0 for the unknown one.
        heads: of each layer; all layers share the numbers.
    """

    def __init__(self, *, num_slots: int, heads: int) -> None:
        super().__init__()
        self.num_slots = num_slots
        self.similarity = nn.Parameter(torch.zeros(heads, 1, 1))
        self.slots = nn.Embedding(num_slots**2, heads)
        nn.init.zeros_(self.slots.weight)

    def forward(self, items: PlacedItems) -> Float[Tensor, "outfits heads items items"]:
        """Of the pairs of each outfit; rows are the items that attend."""
        similarity = items.vectors @ items.vectors.transpose(1, 2)
        pair = items.slot[:, :, None] * self.num_slots + items.slot[:, None, :]
        of_slots: Tensor = self.slots(pair).permute(0, 3, 1, 2)
        return self.similarity * similarity[:, None] + of_slots
