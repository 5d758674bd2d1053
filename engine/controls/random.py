"""The random control: how far chance alone strays on a question file of this size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from data.questions import CompatibilityQuestion, FitbQuestion
from engine.retriever import RetrievalQuery

STREAM = 0x72616E64  # keeps these draws apart from others of the same seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Random:
    """Scores drawn uniformly from [0, 1); equal seeds give equal scores."""

    seed: int
    name: str = "random"

    def score_outfits(
        self, questions: Sequence[CompatibilityQuestion]
    ) -> Float[np.ndarray, " questions"]:
        """Draw a score an outfit."""
        return self._generator().random(len(questions))

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[Float[np.ndarray, " _"]]:
        """Draw a score a candidate."""
        generator = self._generator()
        return [generator.random(len(question.candidates)) for question in questions]

    def similarities(
        self, queries: Sequence[RetrievalQuery], rows: Int64[np.ndarray, " pool"]
    ) -> Float[np.ndarray, "queries pool"]:
        """Draw a similarity an item of the pool, other draws for other contexts."""
        drawn = [self._generator(*query.context).random(len(rows)) for query in queries]
        return np.array(drawn).reshape(len(queries), len(rows))

    def _generator(self, *context: int) -> np.random.Generator:
        return np.random.default_rng([STREAM, self.seed, *context])
