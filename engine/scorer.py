"""The protocols behind which every model and every control is evaluated."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from data.questions import CompatibilityQuestion, FitbQuestion


@runtime_checkable
class Scorer(Protocol):
    """Gives outfits and candidates scores of any scale; a higher score is a better match."""

    @property
    def name(self) -> str:
        """The word under which reports list this scorer."""
        ...

    def score_outfits(
        self, questions: Sequence[CompatibilityQuestion]
    ) -> Float[np.ndarray, " questions"]:
        """Score every outfit, in the order of the questions."""
        ...

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[Float[np.ndarray, " _"]]:
        """Score every candidate of every question, in the order of its candidates."""
        ...


@runtime_checkable
class Calibrated(Scorer, Protocol):
    """A scorer that also says how likely an outfit is to go together."""

    def probabilities(
        self, questions: Sequence[CompatibilityQuestion]
    ) -> Float[np.ndarray, " questions"]:
        """Probability in [0, 1] that each outfit is a positive, in the order of the questions."""
        ...
