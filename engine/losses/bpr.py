"""Bayesian personalised ranking: a real outfit above each that it became."""

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional


def bpr_loss(
    real: Float[Tensor, " outfits"], others: Float[Tensor, "outfits others"]
) -> Float[Tensor, "outfits others"]:
    """-log sigmoid(real - other) of the logit of each outfit and of each other one.

    Source: Rendle et al. 2009, arXiv 1205.2618; NGNN, Cui et al. 2019, arXiv 1902.08009.
    """
    return functional.softplus(others - real[:, None])
