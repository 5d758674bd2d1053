"""Uniformity: embeddings spread over the sphere."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

SHARPNESS = 2.0


def uniformity_loss(
    vectors: Float[Tensor, "items dim"], *, sharpness: float = SHARPNESS
) -> Float[Tensor, ""]:
    """Log of the mean of exp(-t |u - v|^2) over pairs of directions; zero vectors have none.

    Fewer than two directions lose nothing.

    Source: Wang and Isola 2020, arXiv 2005.10242; t is the sharpness.
    """
    directions = functional.normalize(vectors[vectors.any(dim=-1)], dim=-1)
    if len(directions) < 2:
        return vectors.new_zeros(())
    first, second = torch.triu_indices(len(directions), len(directions), offset=1)
    cosine = (directions @ directions.T)[first, second]
    return (-sharpness * (2 - 2 * cosine)).logsumexp(0) - torch.tensor(len(first)).log()
