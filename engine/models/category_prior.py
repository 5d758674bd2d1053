"""The category prior: how plausible the categories of an outfit are together."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from engine.models.pooling import pair_mean


class CategoryPrior(nn.Module):
    """A learned scale and offset of the mean pointwise mutual information over pairs.

    Args:
        pmi: by two category numbers; zero where a category is unknown.
    """

    pmi: Float[Tensor, "categories categories"]

    def __init__(self, pmi: Float[Tensor, "categories categories"]) -> None:
        super().__init__()
        self.register_buffer("pmi", pmi)
        self.scale = nn.Parameter(torch.tensor(3.0))
        self.offset = nn.Parameter(torch.tensor(0.0))

    def forward(
        self, category: Int[Tensor, "outfits items"], mask: Bool[Tensor, "outfits items"]
    ) -> Float[Tensor, " outfits"]:
        """Logit that these categories make an outfit."""
        pmi = self.pmi[category[:, :, None], category[:, None, :]]
        return self.offset + self.scale * pair_mean(pmi, mask[:, :, None] & mask[:, None, :])
