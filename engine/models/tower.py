"""The item tower: what turns an item's modalities into its embedding."""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.items import ItemFeatures, ItemTokens
from engine.models.pooling import unit


class ItemTower(nn.Module):
    """One linear map a modality, each result of unit length times a learned weight.

    The maps start as the identity, so that an untrained tower is the whitened cosine of the frozen
    features, and every model starts at that control. The product of two embeddings sums over the
    modalities that both items have: an absent modality adds nothing, and one that does not help
    is weighted down.

    Args:
        widths: width of each modality in `ItemFeatures.content`, in order.
        modality_dropout: share of present modalities hidden from each item in training.
        dropout: share of content numbers set to zero in training.

    Attributes:
        dim: numbers in an embedding; one, always zero, where there is no modality at all.
    """

    def __init__(
        self, widths: Mapping[str, int], *, modality_dropout: float, dropout: float
    ) -> None:
        super().__init__()
        self.widths = list(widths.values())
        self.dim = max(sum(self.widths), 1)
        self.modality_dropout = modality_dropout
        self.dropout = nn.Dropout(dropout)
        self.maps = nn.ModuleList(nn.Linear(width, width, bias=False) for width in self.widths)
        for linear in self.maps:
            nn.init.eye_(linear.weight)  # type: ignore[arg-type]
        self.log_weights = nn.Parameter(torch.zeros(len(self.widths)))

    def forward(self, items: ItemFeatures) -> ItemTokens:
        """Embed items."""
        return ItemTokens(
            category=items.category,
            slot=items.slot,
            vectors=self._embed(items.content),
            log_price=items.log_price,
        )

    def _embed(self, content: Float[Tensor, "items content"]) -> Float[Tensor, "items dim"]:
        if not self.widths:
            return content.new_zeros(len(content), self.dim)
        blocks = []
        modalities = zip(
            torch.split(content, self.widths, dim=1), self.maps, self.log_weights, strict=True
        )
        for block, linear, log_weight in modalities:
            shown = self._drop_modality(block)
            blocks.append(unit(linear(self.dropout(shown))) * log_weight.exp())
        return torch.cat(blocks, dim=-1)

    def _drop_modality(self, block: Float[Tensor, "items width"]) -> Float[Tensor, "items width"]:
        if not self.training or self.modality_dropout == 0:
            return block
        kept = torch.rand(len(block), 1, device=block.device) >= self.modality_dropout
        return block * kept
