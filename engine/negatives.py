"""Negatives for training: stand-ins of the same category or of any, of the same modalities."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from engine.items import ItemFeatures


class NegativeSampler:
    """Draws stand-ins among the items of the training outfits, as often as they occur there.

    A stand-in has the modalities of the item that it replaces: otherwise a model learns that
    items without a title stand in outfits without titles, which says nothing about taste.

    Args:
        outfits: rows of the training outfits.
        features: of all items.
        widths: of the modalities in the content.
    """

    def __init__(
        self, outfits: Sequence[np.ndarray], features: ItemFeatures, widths: Sequence[int]
    ) -> None:
        self._occurrences = torch.from_numpy(np.concatenate(outfits))
        presence = presence_code(features, widths)
        self._any = _Groups(self._occurrences, presence)
        self._same = _Groups(
            self._occurrences, presence * (int(features.category.max()) + 1) + features.category
        )

    def draw(
        self,
        rows: Int[Tensor, "*places"],
        same_category: Bool[Tensor, "*places"],
        generator: torch.Generator,
    ) -> Int[Tensor, "*places"]:
        """A stand-in for each row; a row whose group holds no other item may stand for itself."""
        uniform = torch.rand(rows.shape, generator=generator)
        same = self._same.pick(rows, uniform)
        return torch.where(same_category, same, self._any.pick(rows, uniform))


def presence_code(features: ItemFeatures, widths: Sequence[int]) -> Int[Tensor, " items"]:
    """A number for the set of modalities that each item has."""
    code = torch.zeros(len(features), dtype=torch.int64)
    start = 0
    for width in widths:
        present = (features.content[:, start : start + width] != 0).any(1)
        code, start = 2 * code + present, start + width
    return code


class _Groups:
    """Occurrences sorted by a key, so that a group is a range."""

    def __init__(
        self, occurrences: Int[Tensor, " occurrences"], key: Int[Tensor, " items"]
    ) -> None:
        order = torch.argsort(key[occurrences], stable=True)
        self._sorted = occurrences[order]
        keys = key[self._sorted]
        self._start = torch.searchsorted(keys, key)
        self._size = torch.searchsorted(keys, key, right=True) - self._start

    def pick(self, rows: Int[Tensor, "*places"], uniform: Tensor) -> Int[Tensor, "*places"]:
        place = self._start[rows] + (uniform * self._size[rows]).long()
        return torch.where(
            self._size[rows] > 0, self._sorted[place.clamp(max=len(self._sorted) - 1)], rows
        )
