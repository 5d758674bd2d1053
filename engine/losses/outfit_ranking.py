"""The set-wise outfit ranking loss of the OutfitTransformer's retrieval."""

from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

MARGIN = 0.3
"""The paper's is 2, of embeddings of any length; these distances are at most 2."""


def outfit_ranking_loss(
    distances: Float[Tensor, "outfits candidates"],
    valid: Bool[Tensor, "outfits candidates"],
    *,
    margin: float = MARGIN,
) -> Float[Tensor, " outfits"]:
    """L_all + L_hard: the answer nearer by a margin than others on average, and than the nearest.

    L_all is the mean over negatives n of max(0, d(t, p) - d(t, n) + margin), L_hard that of the
    negative nearest to the target.

    Source: Sarkar et al. 2022, arXiv 2204.04812, the set-wise outfit ranking loss.

    Args:
        distances: from the target to the answer, in column 0, and to the others.
        valid: which of them count.
        margin: in the unit of the distances.
    """
    negative = valid[:, 1:]
    excess = functional.relu(distances[:, :1] - distances[:, 1:] + margin).where(negative, 0)
    return excess.sum(1) / negative.sum(1).clamp(min=1) + excess.amax(1)
