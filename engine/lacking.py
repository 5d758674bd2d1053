"""What items of a catalogue lack, found out once for each item that is asked about."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import torch

from engine.items import ItemTokens
from engine.presence import known_parts, part_names

UNASKED: Final = -1


class Lacking:
    """Modalities, and the category, that items lack; every item answers from a table of two bytes.

    Args:
        tokens: of every item; their vectors may be mapped.
        widths: of the modalities in the content.
    """

    def __init__(self, tokens: ItemTokens, widths: Mapping[str, int]) -> None:
        self._tokens, self._widths = tokens, widths
        self._number = np.full(len(tokens), UNASKED, np.int16)
        self._lists: list[tuple[str, ...]] = []

    def of(self, rows: Sequence[int]) -> list[tuple[str, ...]]:
        """Names of what the item of each row lacks."""
        numbers = [int(self._number[row]) for row in rows]
        if UNASKED not in numbers:
            return [self._lists[number] for number in numbers]
        self._look_at([row for row, number in zip(rows, numbers, strict=True) if number < 0])
        return [self._lists[self._number[row]] for row in rows]

    def _look_at(self, rows: Sequence[int]) -> None:
        tokens = self._tokens.take(torch.tensor(rows))
        for row, lacking in zip(rows, lacking_of_each(tokens, self._widths), strict=True):
            if lacking not in self._lists:
                self._lists.append(lacking)
            self._number[row] = self._lists.index(lacking)


def lacking_of_each(tokens: ItemTokens, widths: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Names of what each item lacks."""
    names, parts = part_names(widths), known_parts(tokens, widths).tolist()
    return [
        tuple(name for name, there in zip(names, known, strict=True) if not there)
        for known in parts
    ]
