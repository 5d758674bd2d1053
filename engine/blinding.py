"""Questions as a scorer may see them: no answer, no label, no identifier, no order to read.

The seeded permutation moves questions, items and candidates, so a scorer that prefers a position
gains nothing; `scores` brings what it answers back into the order of the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from jaxtyping import Float, Int64

from data.questions import CompatibilityQuestion, FitbQuestion
from engine.controls.identifier_order import IdentifierOrder
from engine.scorer import Calibrated, Scorer

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BlindFitb:
    """Fill-in-the-blank questions, permuted and stripped.

    Args:
        order: position in the file of every permuted question.
        candidate_orders: position in the file of every permuted candidate, a question each.
        stripped: what models and controls see.
        keyed: the same with identifiers, for the identifier control alone.
    """

    order: Int64[np.ndarray, " questions"]
    candidate_orders: tuple[Int64[np.ndarray, " _"], ...]
    stripped: tuple[FitbQuestion, ...]
    keyed: tuple[FitbQuestion, ...]

    @classmethod
    def of(cls, questions: Sequence[FitbQuestion], seed: int) -> "BlindFitb":
        """Permute and strip the questions."""
        generator = np.random.default_rng(seed)
        order = generator.permutation(len(questions))
        orders = tuple(generator.permutation(len(questions[at].candidates)) for at in order)
        keyed = tuple(
            replace(
                questions[at],
                candidates=_take(questions[at].candidates, moved),
                candidate_ids=_take(questions[at].candidate_ids, moved),
                answer=0,
            )
            for at, moved in zip(order, orders, strict=True)
        )
        stripped = tuple(
            replace(
                question,
                context=_take(question.context, generator.permutation(len(question.context))),
                context_ids=(),
                candidate_ids=(),
            )
            for question in keyed
        )
        return cls(order=order, candidate_orders=orders, stripped=stripped, keyed=keyed)

    def scores(self, scorer: Scorer) -> list[Float[np.ndarray, " _"]]:
        """The scorer's scores, questions and candidates in the order of the file.

        Raises:
            ValueError: the scorer answered with another number of scores.
        """
        seen = self.keyed if isinstance(scorer, IdentifierOrder) else self.stripped
        answered = scorer.score_candidates(seen)
        wanted = [len(moved) for moved in self.candidate_orders]
        if [len(each) for each in answered] != wanted:
            raise ValueError(f"expected a score for every candidate from {scorer.name}")
        restored = [np.zeros(0)] * len(answered)
        for at, moved, scores in zip(self.order, self.candidate_orders, answered, strict=True):
            restored[at] = np.asarray(scores)[np.argsort(moved)]
        return restored


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BlindCompatibility:
    """Compatibility questions, permuted and stripped.

    Args:
        order: position in the file of every permuted question.
        stripped: what models and controls see.
        keyed: the same with identifiers in the order of the file, for the identifier control.
    """

    order: Int64[np.ndarray, " questions"]
    stripped: tuple[CompatibilityQuestion, ...]
    keyed: tuple[CompatibilityQuestion, ...]

    @classmethod
    def of(cls, questions: Sequence[CompatibilityQuestion], seed: int) -> "BlindCompatibility":
        """Permute and strip the questions."""
        generator = np.random.default_rng(seed)
        order = generator.permutation(len(questions))
        keyed = tuple(replace(questions[at], label=0) for at in order)
        stripped = tuple(
            replace(
                question,
                items=_take(question.items, generator.permutation(len(question.items))),
                item_ids=(),
            )
            for question in keyed
        )
        return cls(order=order, stripped=stripped, keyed=keyed)

    def scores(self, scorer: Scorer) -> Float[np.ndarray, " questions"]:
        """The scorer's scores in the order of the file.

        Raises:
            ValueError: the scorer answered with another number of scores.
        """
        seen = self.keyed if isinstance(scorer, IdentifierOrder) else self.stripped
        return self._in_file_order(scorer.score_outfits(seen), scorer.name)

    def probabilities(self, scorer: Calibrated) -> Float[np.ndarray, " questions"]:
        """The scorer's probabilities in the order of the file.

        Raises:
            ValueError: the scorer answered with another number of probabilities.
        """
        return self._in_file_order(scorer.probabilities(self.stripped), scorer.name)

    def _in_file_order(
        self, answered: Float[np.ndarray, " _"], name: str
    ) -> Float[np.ndarray, " questions"]:
        if answered.shape != self.order.shape:
            raise ValueError(f"expected a score for every outfit from {name}")
        return answered[np.argsort(self.order)]


def _take(values: tuple[T, ...], order: Int64[np.ndarray, " order"]) -> tuple[T, ...]:
    return tuple(values[position] for position in order.tolist())
