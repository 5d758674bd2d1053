"""Means over the items or the pairs of items that are present, and vectors of unit length."""

from typing import Final

import torch
from jaxtyping import Bool, Float
from torch import Tensor

SHORTEST: Final = 1e-12
"""Length below which a vector counts as zero."""


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


def unit(x: Float[Tensor, "*batch dim"]) -> Float[Tensor, "*batch dim"]:
    """Of unit length; zero stays zero. It is `functional.normalize` in fewer steps."""
    length: Tensor = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return x / length.clamp(min=SHORTEST)
