"""The metric: how near an item is to what is wanted, one for training, evaluation and the index.

An item's embedding is as long as its modalities make it, and the index searches by inner product.
Every other measure of nearness is a monotone function of that product, so that whatever is
trained ranks as the index will.
"""

from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

METRIC: Final = "inner product of a unit target with item embeddings"

TEMPERATURE: Final = 0.1
"""Of similarities: over it they are logits."""

NEAREST: Final = 1e-8
"""Squared distance below which there is no gradient: that of a square root has no bound at zero."""


def similarity(
    targets: Float[Tensor, "targets dim"], vectors: Float[Tensor, "items dim"]
) -> Float[Tensor, "targets items"]:
    """Inner product of each unit target with each item embedding."""
    products: Tensor = torch.inner(targets, vectors)
    return products


def longest(vectors: Float[Tensor, "items dim"]) -> Float[Tensor, ""]:
    """Length of the longest item embedding, above zero: no similarity is greater."""
    lengths: Tensor = torch.linalg.vector_norm(vectors, dim=-1)
    return lengths.max().clamp(min=NEAREST)


def distance(
    similarities: Float[Tensor, "targets items"], length: Float[Tensor, ""]
) -> Float[Tensor, "targets items"]:
    """Euclidean distances from 0 to 2 that rank as the similarities do, nearest first.

    They are those of unit vectors whose inner product is the similarity over `length`: items
    shorter than the longest gain a coordinate of their own that makes them as long.

    Source: the reduction of inner products to distances, Bachrach et al. 2014.

    Args:
        similarities: of targets and items.
        length: of the longest item embedding.
    """
    squared: Tensor = 2 * functional.relu(1 - similarities / length)
    return squared.clamp(min=NEAREST).sqrt()
