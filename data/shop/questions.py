"""Questions about the shop whose answer the planted taste knows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.errors import InputError
from data.questions import CompatibilityQuestion, FitbQuestion
from data.shop.outfits import EVEN, Stock, draw_outfits, without_clash
from data.shop.taste import ROLES, is_odd, planted_logit

CANDIDATES = 4
ATTEMPTS = 200

Outfit = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asker:
    """Builds questions from outfits over one catalogue; the draws are its own.

    Attributes:
        categories: fine category of every row; distractors share that of the answer.
    """

    stock: Stock
    item_ids: Sequence[str]
    categories: np.ndarray
    rng: np.random.Generator

    def fitb(self, outfits: Sequence[Outfit]) -> list[FitbQuestion]:
        """A question an outfit: one item blanked, distractors of its category that break a rule."""
        questions = []
        for outfit in outfits:
            blank = int(self.rng.integers(len(outfit)))
            context = tuple(np.delete(outfit, blank).tolist())
            wrong = self._distractors(outfit[blank], context)
            if len(wrong) == CANDIDATES - 1:
                questions.append(self.question(context, outfit[blank], wrong))
        return questions

    def compatibility(self, outfits: Sequence[Outfit]) -> list[CompatibilityQuestion]:
        """Every outfit, and beside it one with items exchanged until the taste refuses it."""
        questions = []
        for outfit in outfits:
            spoilt = self._spoilt(outfit)
            if spoilt:
                questions += [self._labelled(outfit, 1), self._labelled(spoilt, 0)]
        return questions

    def third_order(self, count: int) -> list[FitbQuestion]:
        """Questions that the rule of three items alone decides, as many for each bit pattern.

        The context holds two of top, bottom and shoes, of an outfit drawn for the question, and
        at most one item beside them. All candidates are drawn alike from one category and clash
        with nothing there; they differ in the one statement bit. `count` is rounded down to a
        multiple of 12, and is not reached where the catalogue is small.

        Raises:
            InputError: the catalogue is too small for any.
        """
        cells: dict[tuple[int, bool, bool], list[FitbQuestion]] = {
            (role, *_others(bits, role)): [] for role in range(len(ROLES)) for bits in EVEN
        }
        each = count // len(cells)
        for _ in range(ATTEMPTS):
            if min(len(cell) for cell in cells.values()) >= each:
                break
            for outfit in draw_outfits(self.stock, len(cells), self.rng):
                self._ask_third_order(outfit, int(self.rng.integers(len(ROLES))), cells)
        fewest = min(each, *(len(cell) for cell in cells.values()))
        if not fewest:
            raise InputError(
                expected="a catalogue with rivals for every top, bottom and pair of shoes",
                got=f"only {len(self.item_ids)} items",
                field="items",
            )
        questions = [question for cell in cells.values() for question in cell[:fewest]]
        return [questions[place] for place in self.rng.permutation(len(questions))]

    def _ask_third_order(
        self,
        outfit: Outfit,
        role: int,
        cells: dict[tuple[int, bool, bool], list[FitbQuestion]],
    ) -> None:
        truth = self.stock.truth
        by_role = {int(truth.role[row]): row for row in outfit if truth.role[row] >= 0}
        if len(by_role) < len(ROLES):
            return
        bare = tuple(by_role[other] for other in range(len(ROLES)) if other != role)
        extras = [row for row in outfit if truth.role[row] < 0]
        context = (*bare, int(self.rng.choice(extras))) if extras else bare
        fitting = self._fitting(by_role[role], context)
        right = np.array([not is_odd(truth, np.array([*context, row])) for row in fitting], bool)
        if right.sum() >= 1 and (~right).sum() >= CANDIDATES - 1:
            answer = int(self.rng.choice(fitting[right]))
            wrong = self.rng.choice(fitting[~right], CANDIDATES - 1, replace=False).tolist()
            first, second = (bool(truth.statement[row]) for row in bare)
            cells[role, first, second].append(self.question(context, answer, wrong))

    def _fitting(self, row: int, context: Outfit) -> np.ndarray:
        """Items of the category of `row` that clash with nothing of the context."""
        pool = np.flatnonzero(self.categories == self.categories[row])
        pool = pool[~np.isin(pool, context)]
        return without_clash(self.stock.truth, pool, context)

    def _distractors(self, answer: int, context: Outfit) -> list[int]:
        wrong: list[int] = []
        for _ in range(ATTEMPTS):
            row = self._another(answer)
            if row in (answer, *context, *wrong):
                continue
            if planted_logit(self.stock.truth, [*context, row]) <= 0:
                wrong.append(row)
            if len(wrong) == CANDIDATES - 1:
                break
        return wrong

    def _spoilt(self, outfit: Outfit) -> Outfit | None:
        for _ in range(ATTEMPTS):
            count = int(self.rng.integers(1, len(outfit) + 1))
            places = set(self.rng.choice(len(outfit), count, replace=False).tolist())
            spoilt = tuple(
                self._another(row) if place in places else row for place, row in enumerate(outfit)
            )
            if planted_logit(self.stock.truth, spoilt) <= 0:
                return spoilt
        return None

    def _another(self, row: int) -> int:
        """An item of the category of `row`, drawn as outfits draw theirs."""
        pool = np.flatnonzero(self.categories == self.categories[row])
        weights = self.stock.demand[pool]
        return int(self.rng.choice(pool, p=weights / weights.sum()))

    def question(self, context: Outfit, answer: int, wrong: Sequence[int]) -> FitbQuestion:
        """The answer among its distractors, in random order."""
        candidates = tuple(self.rng.permutation([answer, *wrong]).tolist())
        return FitbQuestion(
            context=context,
            candidates=candidates,
            answer=candidates.index(answer),
            context_ids=self._ids(context),
            candidate_ids=self._ids(candidates),
        )

    def _labelled(self, outfit: Outfit, label: int) -> CompatibilityQuestion:
        return CompatibilityQuestion(items=outfit, label=label, item_ids=self._ids(outfit))

    def _ids(self, rows: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.item_ids[row] for row in rows)


def _others(bits: tuple[bool, bool, bool], role: int) -> tuple[bool, bool]:
    first, second = (bit for place, bit in enumerate(bits) if place != role)
    return first, second
