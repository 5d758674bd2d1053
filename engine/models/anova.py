"""Second- and third-order interactions of the items of a set, in linear time.

Source: the ANOVA kernel of higher-order factorisation machines (Blondel et al. 2016, arXiv
1607.07195), degrees 2 and 3, by Newton's identities from power sums.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def anova(
    x: Float[Tensor, "outfits items dim"], mask: Bool[Tensor, "outfits items"]
) -> Float[Tensor, "outfits 2*dim"]:
    """Sums over pairs and over triples of different items of their elementwise products.

    Each is divided by the number of items, so that large outfits do not drown small ones.
    """
    present = x * mask[..., None]
    first, second, third = (present.pow(power).sum(1) for power in (1, 2, 3))
    pairs = (first**2 - second) / 2
    triples = (first**3 - 3 * first * second + 2 * third) / 6
    size = mask.sum(1, keepdim=True).clamp(min=1)
    return torch.cat([pairs, triples], dim=-1) / size
