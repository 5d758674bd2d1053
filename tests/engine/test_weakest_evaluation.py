import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from data.errors import SchemaError
from data.questions import CompatibilityQuestion, QuestionSet
from data.weakest_questions import WeakestQuestion, WeakestSet
from engine.controls.constant import Constant
from engine.controls.identifier_order import IdentifierOrder
from engine.controls.random import Random
from engine.evaluation import EvaluationConfig
from engine.weakest_evaluation import evaluate_weakest

CONFIG = EvaluationConfig(seed=1, resamples=100)


def weakest(odds: Sequence[int], size: int = 4) -> WeakestSet:
    """The odd item is an odd row among even ones."""
    questions = [
        WeakestQuestion(
            items=tuple(20 * number + 2 * at + (at == odd) for at in range(size)),
            odd=odd,
            item_ids=tuple(f"{'z' if at == odd else 'a'}_{at}" for at in range(size)),
        )
        for number, odd in enumerate(odds)
    ]
    return QuestionSet(name="weakest", questions=tuple(questions), dropped={"a reason": 2})


@dataclass
class Even:
    """Knows that odd rows do not belong."""

    name: str = "even"

    def score_outfits(self, questions: Sequence[CompatibilityQuestion]) -> np.ndarray:
        assert not any(question.item_ids for question in questions)
        return np.array([-sum(row % 2 for row in question.items) for question in questions]) * 1.0

    def score_candidates(self, _questions) -> list[np.ndarray]:
        return []


@dataclass
class FirstLeftOut(Even):
    """Trusts the order of the questions."""

    name: str = "first"

    def score_outfits(self, questions: Sequence[CompatibilityQuestion]) -> np.ndarray:
        return -np.arange(len(questions), dtype=np.float64)


def report(odds: Sequence[int], model=None, size: int = 4) -> dict:
    controls = [Constant(), Random(seed=0), IdentifierOrder()]
    return evaluate_weakest(model or Even(), controls, weakest(odds, size), CONFIG)


def test_who_knows_the_rule_names_every_odd_item() -> None:
    found = report([0, 1, 2, 3] * 5)
    assert found["model"] == {"figure": 1.0, "low": 1.0, "high": 1.0}
    assert found["figures"]["mrr"]["figure"] == 1.0
    assert found["ranks"] == [1.0] * 20
    assert (found["kind"], found["metric"], found["questions"]) == ("weakest", "accuracy", 20)
    assert found["dropped"] == {"a reason": 2}
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("size", [3, 4, 7])
def test_a_constant_scorer_names_one_of_n(size: int) -> None:
    constant = report([0, 1, 2] * 4, size=size)["controls"]["constant"]
    assert constant["figure"] == pytest.approx(1 / size)
    wanted = sum(1 / rank for rank in range(1, size + 1)) / size
    assert constant["figures"]["mrr"]["figure"] == pytest.approx(wanted)


def test_the_order_of_the_file_tells_nothing() -> None:
    figure = report([0] * 400, model=FirstLeftOut())["model"]["figure"]
    assert abs(figure - 0.25) < 0.07


def test_the_worst_scorer_ranks_the_odd_item_last() -> None:
    class Odd(Even):
        name = "odd"

        def score_outfits(self, questions: Sequence[CompatibilityQuestion]) -> np.ndarray:
            return -super().score_outfits(questions)

    found = report([0, 1, 2, 3], model=Odd())
    assert found["ranks"] == [4.0] * 4
    assert found["credits"] == [0.0] * 4
    assert found["figures"]["mrr"]["figure"] == pytest.approx(0.25)


def test_identifiers_that_give_the_odd_item_away_are_found_out() -> None:
    found = report([0, 1, 2, 3] * 5)
    assert found["controls"]["identifier_order"]["figure"] == 1.0
    assert "does not beat identifier_order" in found["sentence"]


def test_a_set_without_questions_is_refused() -> None:
    with pytest.raises(SchemaError, match="at least one question, got none; dropped: 2 a reason"):
        report([])
