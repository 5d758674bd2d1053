"""The Multi-Similarity loss, a general weighting of pairs, and its mining."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

ALPHA = 2.0
BETA = 50.0
THRESHOLD = 0.5
EPSILON = 0.1

Pairs = Bool[Tensor, "anchors items"]


def multi_similarity_loss(
    similarities: Float[Tensor, "anchors items"], positive: Pairs, negative: Pairs
) -> Float[Tensor, " anchors"]:
    """The pull of each anchor's positives and the push of its negatives, the worst weighing most.

    log(1 + sum of e^(-alpha (S - t))) / alpha over its positives, and
    log(1 + sum of e^(beta (S - t))) / beta over its negatives, t the threshold.

    Source: the Multi-Similarity loss, Wang et al. 2019, arXiv 1904.06627.

    Args:
        similarities: cosines S.
        positive: the pairs that should be similar.
        negative: the pairs that should not; a pair may be neither.
    """
    centred = similarities - THRESHOLD
    near = _log_one_plus_sum(-ALPHA * centred, positive) / ALPHA
    return near + _log_one_plus_sum(BETA * centred, negative) / BETA


def mine(
    similarities: Float[Tensor, "anchors items"],
    positive: Pairs,
    negative: Pairs,
    *,
    epsilon: float = EPSILON,
) -> tuple[Pairs, Pairs]:
    """The positives and negatives that tell something, relative to each other.

    A negative is kept where it is more similar than the least similar positive less epsilon, a
    positive where it is less similar than the most similar negative plus epsilon.

    Source: Wang et al. 2019, arXiv 1904.06627.
    """
    least = similarities.masked_fill(~positive, torch.inf).amin(1, keepdim=True)
    most = similarities.masked_fill(~negative, -torch.inf).amax(1, keepdim=True)
    return positive & (similarities - epsilon < most), negative & (similarities + epsilon > least)


def _log_one_plus_sum(
    exponents: Float[Tensor, "anchors items"], kept: Pairs
) -> Float[Tensor, " anchors"]:
    """log(1 + the sum of exp over the kept), without overflow."""
    masked = exponents.masked_fill(~kept, -torch.inf)
    return functional.pad(masked, (1, 0)).logsumexp(dim=1)
