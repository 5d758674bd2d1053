"""Negatives for training: stand-ins near an item or any, of the same modalities."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from engine.items import ItemFeatures
from engine.objective_config import Near
from engine.presence import modality_presence

BAND_DRAWS = 10
BAND = range(1, 4)
"""Of as many draws by falling similarity: those that 10 to 40 % of the draws exceed or equal."""


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
        occurrences = torch.from_numpy(np.concatenate(outfits))
        presence = presence_code(features, widths)
        self._features = features
        self._worn = torch.unique(occurrences)
        self._any = _Groups(occurrences, presence)
        self._slot = _Groups(occurrences, _within(features.slot, presence))
        self._category = _Groups(occurrences, _within(features.category, presence))

    def draw(
        self,
        rows: Int[Tensor, "*places"],
        near: Bool[Tensor, "*places"],
        generator: torch.Generator,
        *,
        meaning: Near = "category",
    ) -> Int[Tensor, "*places"]:
        """A stand-in for each row; a row whose group holds no other item may stand for itself.

        Args:
            rows: the items to replace.
            near: true where the stand-in is to be near the item; elsewhere it is any.
            generator: decides.
            meaning: of near.
        """
        uniform = torch.rand(rows.shape, generator=generator)
        if meaning == "band":
            drawn = self._in_band(rows, uniform, generator)
        else:
            group = self._slot if meaning == "slot" else self._category
            drawn = group.pick(rows, uniform)
        return torch.where(near, drawn, self._any.pick(rows, uniform))

    def draw_catalogue(self, num: int, generator: torch.Generator) -> Int[Tensor, " num"]:
        """Rows of the training outfits' items, each item as often as any other."""
        places = torch.randint(len(self._worn), (num,), generator=generator)
        return torch.index_select(self._worn, 0, places)

    def _in_band(
        self, rows: Int[Tensor, "*places"], uniform: Tensor, generator: torch.Generator
    ) -> Int[Tensor, "*places"]:
        """One of some draws of the category, neither the most similar nor among the least."""
        places = rows.flatten()[:, None].expand(-1, BAND_DRAWS)
        drawn = self._category.pick(places, torch.rand(places.shape, generator=generator))
        content = self._features.take(drawn.flatten()).content.view(*drawn.shape, -1)
        similarity = (content * self._features.take(rows.flatten()).content[:, None]).sum(-1)
        rank = BAND.start + (uniform.flatten() * len(BAND)).long()
        falling = similarity.argsort(dim=1, descending=True, stable=True)
        chosen = torch.gather(drawn, 1, falling.gather(1, rank[:, None]))
        return chosen.view(rows.shape)


def presence_code(features: ItemFeatures, widths: Sequence[int]) -> Int[Tensor, " items"]:
    """A number for the set of modalities that each item has."""
    code = torch.zeros(len(features), dtype=torch.int64)
    for present in modality_presence(features.content, widths).unbind(1):
        code = 2 * code + present
    return code


def _within(group: Int[Tensor, " items"], presence: Int[Tensor, " items"]) -> Int[Tensor, " items"]:
    """A number for group and presence together."""
    return presence * (int(group.max()) + 1) + group


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
