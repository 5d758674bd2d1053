"""Controls that judge pairs of items: an outfit is worth the mean of its pairs."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from data.questions import CompatibilityQuestion, FitbQuestion
from engine.controls.item_pairs import ItemPairs, candidate_pairs, outfit_pairs, per_question


class PairControl(ABC):
    """Scores outfits by all their pairs, candidates by those with the items of the context."""

    @abstractmethod
    def means(self, pairs: ItemPairs) -> Float[np.ndarray, " owners"]:
        """Mean over the pairs of each owner."""

    def score_outfits(
        self, questions: Sequence[CompatibilityQuestion]
    ) -> Float[np.ndarray, " questions"]:
        """Mean over the pairs of the outfit."""
        return self.means(outfit_pairs(questions))

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[Float[np.ndarray, " _"]]:
        """Mean over the pairs of the candidate with the items of the context."""
        return per_question(self.means(candidate_pairs(questions)), questions)
