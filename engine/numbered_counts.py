"""Counts of the training outfits by the category numbers of a model."""

from collections.abc import Sequence

import torch
from jaxtyping import Int64
from torch import Tensor

from engine.training_counts import TrainingCounts


def numbered_outfits(
    counts: TrainingCounts, categories: Sequence[str]
) -> Int64[Tensor, " categories"]:
    """How many training outfits hold an item of each category; none that of number 0.

    Args:
        counts: by name.
        categories: number 1 is the first.
    """
    held = dict(counts.categories.iter_rows())
    return torch.tensor([0, *(held.get(name, 0) for name in categories)])


def numbered_pairs(
    counts: TrainingCounts, categories: Sequence[str]
) -> Int64[Tensor, "categories categories"]:
    """How many pairs of items the training outfits hold of each two categories; symmetric."""
    number_of = {name: number for number, name in enumerate(categories, start=1)}
    pairs = torch.zeros(len(categories) + 1, len(categories) + 1, dtype=torch.int64)
    for first, second, number in counts.category_pairs.iter_rows():
        if first in number_of and second in number_of:
            pairs[number_of[first], number_of[second]] = number
            pairs[number_of[second], number_of[first]] = number
    return pairs
