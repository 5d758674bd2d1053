"""Binary cross-entropy."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional


def binary_loss(
    logits: Float[Tensor, "*outfits"], real: Bool[Tensor, "*outfits"]
) -> Float[Tensor, "*outfits"]:
    """-log p of a real outfit and -log(1 - p) of another, with p = sigmoid(logit)."""
    return functional.softplus(torch.where(real, -logits, logits))
