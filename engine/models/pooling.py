"""Means over the items or the pairs of items that are present."""

from jaxtyping import Bool, Float
from torch import Tensor


def masked_mean(
    x: Float[Tensor, "outfits items dim"], mask: Bool[Tensor, "outfits items"]
) -> Float[Tensor, "outfits dim"]:
    """Mean over the true places of `mask`; an outfit without any is zero."""
    weight = mask[..., None].to(x.dtype)
    return (x * weight).sum(1) / weight.sum(1).clamp(min=1)


def pair_mean(
    x: Float[Tensor, "outfits items items"], pairs: Bool[Tensor, "outfits items items"]
) -> Float[Tensor, " outfits"]:
    """Mean over the true pairs of two different items; an outfit without any is zero."""
    weight = pairs.triu(diagonal=1).to(x.dtype)
    return (x * weight).sum((1, 2)) / weight.sum((1, 2)).clamp(min=1)
