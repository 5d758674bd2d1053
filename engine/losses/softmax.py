"""The softmax loss: the answer among its candidates."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def softmax_loss(
    logits: Float[Tensor, "outfits candidates"], valid: Bool[Tensor, "outfits candidates"]
) -> Float[Tensor, " outfits"]:
    """-log of the share of exp(logit) that the answer has among the valid candidates.

    Over similarities this is InfoNCE; its candidates may be stand-ins, the other items of the
    batch, or rows of the whole catalogue.

    Source: van den Oord et al. 2018, arXiv 1807.03748.

    Args:
        logits: of the answer, in column 0, and of the others.
        valid: which of them count.
    """
    return -logits.masked_fill(~valid, -torch.inf).log_softmax(dim=1)[:, 0]
