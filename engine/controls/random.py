"""The random control: how far chance alone strays on a question file of this size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from data.questions import CompatibilityQuestion, FitbQuestion

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

    def _generator(self) -> np.random.Generator:
        return np.random.default_rng([STREAM, self.seed])
