"""Chance: what content logit items of these categories reach when they meet by chance."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from engine.models.category_set import CategorySet


class Chance(nn.Module):
    """Standardises content logits by what the categories alone make of them.

    Two rings are alike whatever else they are, a hat and a shoe are not: outfits of different
    categories have different logits by chance, with a different spread. What an outfit has beyond
    chance is comparable between outfits. Before it is fitted it changes nothing.

    Args:
        num_categories: with number 0 for the unknown one.
    """

    def __init__(self, num_categories: int) -> None:
        super().__init__()
        self.moments = CategorySet(num_categories, outputs=2)
        self.register_buffer("centre", torch.tensor(0.0))
        self.register_buffer("spread", torch.tensor(1.0))

    centre: Float[Tensor, ""]
    spread: Float[Tensor, ""]

    def forward(
        self,
        category: Int[Tensor, "outfits items"],
        slot: Int[Tensor, "outfits items"],
        known: Bool[Tensor, "outfits items"],
    ) -> tuple[Float[Tensor, " outfits"], Float[Tensor, " outfits"]]:
        """Mean and log standard deviation, in units of the common spread about the common centre.

        The logarithm lies between -1 and 1, so that categories unlike those of training can
        neither silence what the items say nor blow it up.

        Args:
            category: of each item.
            slot: of each item.
            known: which items have content; the others have no say.
        """
        mean, log_deviation = self.moments(category, slot, known).unbind(-1)
        return mean, torch.tanh(log_deviation)

    def beyond(
        self,
        logit: Float[Tensor, " outfits"],
        category: Int[Tensor, "outfits items"],
        slot: Int[Tensor, "outfits items"],
        known: Bool[Tensor, "outfits items"],
    ) -> Float[Tensor, " outfits"]:
        """The logit less what is by chance, on its old scale."""
        mean, log_deviation = self.forward(category, slot, known)
        standard = ((logit - self.centre) / self.spread - mean) / log_deviation.exp()
        beyond: Tensor = self.centre + self.spread * standard
        return beyond
