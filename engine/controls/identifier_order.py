"""The identifier control: what a question file's own keys give away; no model ever reads them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import fmean
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from data.questions import CompatibilityQuestion, FitbQuestion

Key: TypeAlias = tuple[str, int]
NUMBER_AT_END = re.compile(r"(.*?)(\d*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierOrder:
    """Scores keys that share a prefix and stand in natural order; far above chance is a leak.

    A key is a prefix and the number at its end, as in `<outfit_id>_<position>`. An outfit earns
    the share of its pairs with one prefix plus the share of its neighbours that ascend; a
    candidate earns, as a mean over the context, one for a shared prefix and up to one more for
    a near number behind it.
    """

    name: str = "identifier_order"

    def score_outfits(
        self, questions: Sequence[CompatibilityQuestion]
    ) -> Float[np.ndarray, " questions"]:
        """Shared prefixes and ascending order of the outfit's keys."""
        scores = [_coherence([_key(item) for item in each.item_ids]) for each in questions]
        return np.array(scores, dtype=np.float64)

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[Float[np.ndarray, " _"]]:
        """Closeness of the candidate's key to those of the context."""
        return [_closeness(question) for question in questions]


def _key(identifier: str) -> Key:
    """The identifier as prefix and trailing number, -1 where there is none."""
    prefix, number = NUMBER_AT_END.fullmatch(identifier).groups()  # type: ignore[union-attr]
    return prefix, int(number or -1)


def _coherence(keys: Sequence[Key]) -> float:
    """From 0 to 2: share of pairs with one prefix plus share of neighbours that ascend."""
    shared = [first[0] == second[0] for first, second in combinations(keys, 2)]
    ascending = [first < second for first, second in pairwise(keys)]
    return fmean(shared) + fmean(ascending)


def _closeness(question: FitbQuestion) -> Float[np.ndarray, " candidates"]:
    """From 0 to 2 a candidate: mean over the context, zero where the prefixes differ."""
    context = [_key(item) for item in question.context_ids]
    closeness = [
        fmean(
            (key[0] == prefix) * (1 + 1 / (1 + abs(key[1] - number))) for prefix, number in context
        )
        for key in map(_key, question.candidate_ids)
    ]
    return np.array(closeness, dtype=np.float64)
