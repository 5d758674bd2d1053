"""Pairwise interaction: products and differences of two items, gated by their categories.

Source: the pair features of type-aware and subspace models (Vasileva 2018; CSA-Net, Lin 2020,
arXiv 2003.12830), with a gate a category instead of a mask a pair of categories.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems
from engine.models.pooling import masked_mean, pair_mean
from engine.models.zero import zero_last


class PairInteraction(nn.Module):
    """The mean over pairs of a function of the two items and their categories.

    Args:
        dim: of item embeddings.
        width: of the space in which two items meet.
        num_categories: with number 0 for the unknown one.
        dropout: in the hidden layer.
    """

    def __init__(self, *, dim: int, width: int, num_categories: int, dropout: float) -> None:
        super().__init__()
        self.meet = nn.Linear(dim, width, bias=False)
        self.gate = _zero_embedding(num_categories, width)
        self.pair = nn.Sequential(
            nn.Linear(2 * width, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, 1)
        )
        self.target_gate = _zero_embedding(num_categories, width)
        self.shift = nn.Linear(width, dim, bias=False)

    def start_at_zero(self) -> None:
        """Let nothing be added until something is learned."""
        zero_last(self.pair, self.shift)

    def logit(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """Mean over the pairs of items present."""
        met = self._meet(items)
        first, second = met[:, :, None], met[:, None, :]
        features = torch.cat([first * second, (first - second).abs()], dim=-1)
        pairs = items.mask[:, :, None] & items.mask[:, None, :]
        return pair_mean(self.pair(features)[..., 0], pairs)

    def target(self, context: PlacedItems, wanted: ItemTokens) -> Float[Tensor, "outfits dim"]:
        """Mean over the context of each item seen from the wanted category."""
        mean = masked_mean(self._meet(context), context.mask)
        shift: Tensor = self.shift(mean * (1 + self.target_gate(wanted.category)))
        return shift

    def _meet(self, items: PlacedItems) -> Float[Tensor, "outfits items width"]:
        gate: Tensor = 1 + self.gate(items.category)
        met: Tensor = self.meet(items.vectors) * gate * items.vectors.shape[-1] ** 0.5
        return met


def _zero_embedding(num: int, width: int) -> nn.Embedding:
    embedding = nn.Embedding(num, width)
    nn.init.zeros_(embedding.weight)
    return embedding
