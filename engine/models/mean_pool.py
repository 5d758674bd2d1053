"""Mean-pooled projection: a set is the mean of its items, a target the mean of its context.

Source: the projection head of the frozen-feature studies of 2026 (an MLP on item features, the
query is the mean of the projected context); here the residual of the shared item tower.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems
from engine.models.pooling import masked_mean
from engine.models.zero import zero_last


class MeanPool(nn.Module):
    """Reads only the mean of the items, so that it sees no pair and no triple as such.

    Args:
        dim: of item embeddings.
        hidden: width of the hidden layer.
        dropout: in the hidden layer.
    """

    def __init__(self, *, dim: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.scorer = _head(dim, hidden, 1, dropout)
        self.projection = _head(2 * dim, hidden, dim, dropout)

    def start_at_zero(self) -> None:
        """Let nothing be added until something is learned."""
        zero_last(self.scorer, self.projection)

    def logit(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """Of the mean item."""
        score: Tensor = self.scorer(masked_mean(items.vectors, items.mask))[:, 0]
        return score

    def target(self, context: PlacedItems, wanted: ItemTokens) -> Float[Tensor, "outfits dim"]:
        """Of the mean item and the description of what is wanted."""
        mean = masked_mean(context.vectors, context.mask)
        shift: Tensor = self.projection(torch.cat([mean, wanted.vectors], dim=-1))
        return shift


def _head(inputs: int, hidden: int, outputs: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, outputs)
    )
