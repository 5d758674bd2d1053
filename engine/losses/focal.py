"""The focal loss of the OutfitTransformer's compatibility."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from engine.losses.binary import binary_loss

ALPHA = 0.5
GAMMA = 2.0


def focal_loss(
    logits: Float[Tensor, "*outfits"],
    real: Bool[Tensor, "*outfits"],
    *,
    alpha: float = ALPHA,
    gamma: float = GAMMA,
) -> Float[Tensor, "*outfits"]:
    """-alpha (1 - p)^gamma log p of a real outfit and -(1 - alpha) p^gamma log(1 - p) of another.

    Here p = sigmoid(logit): what is nearly right already weighs little.

    Source: Lin et al. 2017, arXiv 1708.02002, as Sarkar et al. 2022, arXiv 2204.04812, use it;
    they give neither alpha nor gamma, so these are the ones of a reimplementation.
    """
    wrongness = torch.sigmoid(torch.where(real, -logits, logits))
    weight = torch.where(real, alpha, 1 - alpha)
    return weight * wrongness**gamma * binary_loss(logits, real)
