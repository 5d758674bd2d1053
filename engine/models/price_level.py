"""The price level: whether the prices of an outfit are of one level, given the categories."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


class PriceLevel(nn.Module):
    """Log of how much likelier prices are in one outfit than where they meet by chance.

    A stylist combines what costs alike. The logarithm of a price is the mean of its category, plus
    the level of the outfit, plus what is the item's own, the last two normal: the one-way random
    effects model. By chance, every item has a level of its own. Before it is fitted, levels do not
    vary and prices tell nothing.

    Source: Searle, Casella, McCulloch, Variance Components (1992), chapter 3: the likelihood.

    Args:
        num_categories: with number 0 for the unknown one.

    Attributes:
        mean: log price of each category.
        between: variance of the levels of outfits.
        within: variance of prices about the level of their outfit.
    """

    mean: Float[Tensor, " categories"]
    between: Float[Tensor, ""]
    within: Float[Tensor, ""]

    def __init__(self, num_categories: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(num_categories))
        self.register_buffer("between", torch.tensor(0.0))
        self.register_buffer("within", torch.tensor(1.0))

    def forward(
        self,
        category: Int[Tensor, "outfits items"],
        log_price: Float[Tensor, "outfits items"],
    ) -> Float[Tensor, " outfits"]:
        """Log-likelihood ratio; zero where fewer than two prices are known.

        Args:
            category: number of each.
            log_price: NaN where unknown.
        """
        known = ~log_price.isnan()
        rest = (log_price - self.mean[category]).where(known, 0)
        count, total, squares = known.sum(1), rest.sum(1), rest.square().sum(1)
        alone = self.within + self.between
        together = self.within + self.between * count
        determinants = count * alone.log() - (count - 1) * self.within.log() - together.log()
        shared = self.between * total.square() / together
        distances = squares / alone - (squares - shared) / self.within
        return ((determinants + distances) / 2).where(count > 1, 0)
