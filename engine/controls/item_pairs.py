"""Pairs of items of many questions in flat arrays, so that a control scores them all at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
from jaxtyping import Float, Int64

from data.questions import CompatibilityQuestion, FitbQuestion

DECIMALS = 9  # equal means must tie, whatever the order in which their terms were added


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPairs:
    """Pairs of item rows; `owner` is the position of the outfit or candidate that a pair is of."""

    first: Int64[np.ndarray, " pairs"]
    second: Int64[np.ndarray, " pairs"]
    owner: Int64[np.ndarray, " pairs"]
    num_owners: int

    def mean(self, values: Float[np.ndarray, " pairs"]) -> Float[np.ndarray, " owners"]:
        """Mean value an owner; a NaN counts as no pair, and an owner without pairs gets zero."""
        known = ~np.isnan(values)
        owner = self.owner[known]
        sums = np.bincount(owner, weights=values[known], minlength=self.num_owners)
        counts = np.bincount(owner, minlength=self.num_owners)
        return np.round(sums / np.maximum(counts, 1), DECIMALS)


def outfit_pairs(questions: Sequence[CompatibilityQuestion]) -> ItemPairs:
    """All unordered pairs of every outfit, which owns them."""
    sizes = np.array([len(question.items) for question in questions], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    rows = _flat(question.items for question in questions)
    corners = [_corners(int(size)) for size in sizes]
    owner = np.repeat(np.arange(len(sizes)), [corner.shape[1] for corner in corners])
    places = np.concatenate([np.zeros((2, 0), np.int64), *corners], axis=1) + starts[owner]
    return ItemPairs(
        first=rows[places[0]], second=rows[places[1]], owner=owner, num_owners=len(sizes)
    )


def candidate_pairs(questions: Sequence[FitbQuestion]) -> ItemPairs:
    """Every candidate, which owns its pairs, with every item of its context."""
    contexts = [len(question.context) for question in questions for _ in question.candidates]
    candidates = _flat(question.candidates for question in questions)
    owner = np.repeat(np.arange(len(candidates)), contexts)
    first = _flat(question.context for question in questions for _ in question.candidates)
    return ItemPairs(first=first, second=candidates[owner], owner=owner, num_owners=len(candidates))


def per_question(
    scores: Float[np.ndarray, " candidates"], questions: Sequence[FitbQuestion]
) -> list[Float[np.ndarray, " _"]]:
    """Cut the scores of all candidates into one array a question."""
    ends = np.cumsum([len(question.candidates) for question in questions])
    return np.split(scores, ends)[:-1]


def _flat(rows: Iterable[tuple[int, ...]]) -> Int64[np.ndarray, " rows"]:
    """All rows in one array."""
    return np.fromiter(chain.from_iterable(rows), dtype=np.int64)


@cache
def _corners(size: int) -> Int64[np.ndarray, "2 pairs"]:
    """Positions of the pairs of `size` items."""
    return np.stack(np.triu_indices(size, k=1))
