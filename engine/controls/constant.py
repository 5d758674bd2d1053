"""The constant control: everything matches equally; chance by construction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from data.questions import CompatibilityQuestion, FitbQuestion
from engine.retriever import RetrievalQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """Scores zero: FITB 1 / number of candidates and AUC 0.5, unless the evaluator leaks."""

    name: str = "constant"

    def score_outfits(
        self, questions: Sequence[CompatibilityQuestion]
    ) -> Float[np.ndarray, " questions"]:
        """Zero an outfit."""
        return np.zeros(len(questions))

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[Float[np.ndarray, " _"]]:
        """Zero a candidate."""
        return [np.zeros(len(question.candidates)) for question in questions]

    def similarities(
        self, queries: Sequence[RetrievalQuery], rows: Int64[np.ndarray, " pool"]
    ) -> Float[np.ndarray, "queries pool"]:
        """Zero an item of the pool."""
        return np.zeros((len(queries), len(rows)))
