"""The category prior: how plausible the categories of an outfit are together."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from engine.models.category_set import CategorySet
from engine.models.pooling import pair_mean


class CategoryPrior(nn.Module):
    """Log of how much likelier categories are to stand in one outfit than to meet by chance.

    It starts at the mean pointwise mutual information over pairs, and learns what pairs do not
    tell: sizes, repeated and absent slots.

    Args:
        pmi: by two category numbers, number 0 being the unknown one.
    """

    pmi: Float[Tensor, "categories categories"]

    def __init__(self, pmi: Float[Tensor, "categories categories"]) -> None:
        super().__init__()
        self.register_buffer("pmi", pmi)
        self.scale = nn.Parameter(torch.tensor(3.0))
        self.offset = nn.Parameter(torch.tensor(0.0))
        self.rest = CategorySet(len(pmi), outputs=1)

    def forward(
        self,
        category: Int[Tensor, "outfits items"],
        slot: Int[Tensor, "outfits items"],
        mask: Bool[Tensor, "outfits items"],
    ) -> Float[Tensor, " outfits"]:
        """Logit that these categories make an outfit rather than a chance meeting."""
        pmi = self.pmi[category[:, :, None], category[:, None, :]]
        counted = pair_mean(pmi, mask[:, :, None] & mask[:, None, :])
        learned: Tensor = self.rest(category, slot, mask)[:, 0]
        return self.offset + self.scale * counted + learned
