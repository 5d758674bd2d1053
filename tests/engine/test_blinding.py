from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.questions import CompatibilityQuestion, FitbQuestion
from engine.blinding import BlindCompatibility, BlindFitb
from engine.controls.identifier_order import IdentifierOrder

SIZES = st.lists(st.tuples(st.integers(1, 4), st.integers(2, 5)), min_size=1, max_size=6)


def fitb_questions(sizes: Sequence[tuple[int, int]]) -> list[FitbQuestion]:
    """Every row stands once in all questions, so a score can tell where it came from."""
    rows = iter(range(10_000))
    questions = []
    for contexts, candidates in sizes:
        context = tuple(next(rows) for _ in range(contexts))
        offered = tuple(next(rows) for _ in range(candidates))
        questions.append(
            FitbQuestion(
                context=context,
                candidates=offered,
                answer=candidates - 1,
                context_ids=tuple(f"k{row}" for row in context),
                candidate_ids=tuple(f"k{row}" for row in offered),
            )
        )
    return questions


def outfit_questions(number: int) -> list[CompatibilityQuestion]:
    rows = [(3 * at, 3 * at + 1, 3 * at + 2) for at in range(number)]
    return [
        CompatibilityQuestion(items=each, label=1, item_ids=tuple(f"k{row}" for row in each))
        for each in rows
    ]


@dataclass
class Witness:
    """Scores a candidate by its row and an outfit by its lowest, and keeps what it was shown."""

    name: str = "witness"
    shown: list[FitbQuestion | CompatibilityQuestion] = field(default_factory=list)

    def score_outfits(self, questions: Sequence[CompatibilityQuestion]) -> np.ndarray:
        self.shown.extend(questions)
        return np.array([float(min(question.items)) for question in questions])

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[np.ndarray]:
        self.shown.extend(questions)
        return [np.array(question.candidates, dtype=np.float64) for question in questions]


@dataclass
class Short(Witness):
    """Forgets the last question."""

    def score_outfits(self, questions: Sequence[CompatibilityQuestion]) -> np.ndarray:
        return super().score_outfits(questions)[:-1]

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[np.ndarray]:
        return super().score_candidates(questions)[:-1]


@given(SIZES, st.integers(0, 99))
def test_scores_come_back_in_the_order_of_the_file(sizes: list[tuple[int, int]], seed: int) -> None:
    questions = fitb_questions(sizes)
    scores = BlindFitb.of(questions, seed).scores(Witness())
    assert [tuple(each.tolist()) for each in scores] == [each.candidates for each in questions]
    outfits = outfit_questions(len(sizes))
    found = BlindCompatibility.of(outfits, seed).scores(Witness())
    assert found.tolist() == [each.items[0] for each in outfits]


@given(SIZES, st.integers(0, 99))
def test_a_scorer_sees_items_but_no_identifier_answer_or_label(sizes, seed: int) -> None:
    questions = fitb_questions(sizes)
    witness = Witness()
    BlindFitb.of(questions, seed).scores(witness)
    assert {each.answer for each in witness.shown} == {0}
    assert all(each.context_ids == each.candidate_ids == () for each in witness.shown)
    shown = {(frozenset(each.context), frozenset(each.candidates)) for each in witness.shown}
    assert shown == {(frozenset(each.context), frozenset(each.candidates)) for each in questions}
    witness = Witness()
    BlindCompatibility.of(outfit_questions(len(sizes)), seed).scores(witness)
    assert {(each.label, each.item_ids) for each in witness.shown} == {(0, ())}


def test_questions_items_and_candidates_all_move() -> None:
    questions, witness = fitb_questions([(6, 6)] * 12), Witness()
    BlindFitb.of(questions, 0).scores(witness)
    contexts = {frozenset(each.context): each.context for each in questions}
    offered = {frozenset(each.candidates): each.candidates for each in questions}
    assert [set(each.context) for each in witness.shown] != [
        set(each.context) for each in questions
    ]
    assert any(each.context != contexts[frozenset(each.context)] for each in witness.shown)
    assert any(each.candidates != offered[frozenset(each.candidates)] for each in witness.shown)
    outfits, witness = outfit_questions(12), Witness()
    BlindCompatibility.of(outfits, 0).scores(witness)
    assert [min(each.items) for each in witness.shown] != [min(each.items) for each in outfits]
    assert any(each.items != tuple(sorted(each.items)) for each in witness.shown)


def test_only_the_identifier_control_is_shown_identifiers_moved_with_their_candidates() -> None:
    exam = BlindFitb.of(fitb_questions([(2, 4)] * 8), 0)
    for keyed, stripped in zip(exam.keyed, exam.stripped, strict=True):
        assert keyed.candidate_ids == tuple(f"k{row}" for row in keyed.candidates)
        assert keyed.candidates == stripped.candidates
    questions = [
        FitbQuestion(
            context=(0,),
            candidates=(1, 2, 3),
            answer=at,
            context_ids=("7_0",),
            candidate_ids=tuple("7_1" if here == at else f"9{here}_1" for here in range(3)),
        )
        for at in (0, 1, 2) * 5
    ]
    scores = BlindFitb.of(questions, 1).scores(IdentifierOrder())
    assert [each.argmax() for each in scores] == [question.answer for question in questions]


def test_the_identifier_control_reads_the_order_of_the_file() -> None:
    questions = outfit_questions(9)
    assert BlindCompatibility.of(questions, 0).scores(IdentifierOrder()).tolist() == [2.0] * 9


def test_another_seed_is_another_permutation() -> None:
    questions = fitb_questions([(2, 4)] * 8)
    assert BlindFitb.of(questions, 0).stripped == BlindFitb.of(questions, 0).stripped
    assert BlindFitb.of(questions, 0).stripped != BlindFitb.of(questions, 1).stripped


def test_a_scorer_that_skips_a_question_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="every candidate from witness"):
        BlindFitb.of(fitb_questions([(1, 2)] * 3), 0).scores(Short())
    with pytest.raises(ValueError, match="every outfit from witness"):
        BlindCompatibility.of(outfit_questions(3), 0).scores(Short())
