import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from data.errors import SchemaError
from data.questions import (
    CompatibilityQuestion,
    CompatibilitySet,
    FitbQuestion,
    FitbSet,
    QuestionSet,
)
from engine.controls.constant import Constant
from engine.controls.identifier_order import IdentifierOrder
from engine.controls.random import Random
from engine.evaluation import EvaluationConfig, compatibility_auc, evaluate, fitb_accuracy
from engine.resampling import earned, resampling_of

CONFIG = EvaluationConfig(seed=7, resamples=200)
CONTROLS = (Constant(), Random(seed=0), IdentifierOrder())


def fitb_set(answers: Sequence[int], candidates: int = 4) -> FitbSet:
    """The right candidate is an even row among odd ones, wherever it stands."""
    questions = [
        FitbQuestion(
            context=(8 * at,),
            candidates=tuple(
                8 * at + 2 if here == answer else 8 * at + 2 * here + 1
                for here in range(candidates)
            ),
            answer=answer,
            context_ids=("c",),
            candidate_ids=tuple("abcd"[:candidates]),
        )
        for at, answer in enumerate(answers)
    ]
    return QuestionSet(name="questions", questions=tuple(questions), dropped={"a reason": 3})


def outfit_set(labels: Sequence[int]) -> CompatibilitySet:
    """Outfits that fit hold even rows."""
    questions = [
        CompatibilityQuestion(
            items=(4 * at + 1 - label, 4 * at + 3 - label), label=label, item_ids=("a", "b")
        )
        for at, label in enumerate(labels)
    ]
    return QuestionSet(name="outfits", questions=tuple(questions), dropped={})


@dataclass
class Even:
    """Knows the planted rule."""

    name: str = "even"

    def score_outfits(self, questions: Sequence[CompatibilityQuestion]) -> np.ndarray:
        return np.array([1.0 - question.items[0] % 2 for question in questions])

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[np.ndarray]:
        return [1.0 - np.array(question.candidates) % 2 for question in questions]


@dataclass
class Cheat:
    """Trusts the order of the file, and the label that it hopes to be shown."""

    name: str = "cheat"

    def score_outfits(self, questions: Sequence[CompatibilityQuestion]) -> np.ndarray:
        order = -np.arange(len(questions), dtype=np.float64)
        return order + 10_000.0 * np.array([question.label for question in questions])

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[np.ndarray]:
        return [-np.arange(len(each.candidates), dtype=np.float64) for each in questions]


@dataclass
class Peek(Cheat):
    """Returns the answer that it hopes to be shown."""

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[np.ndarray]:
        return [np.eye(len(each.candidates))[each.answer] for each in questions]


@dataclass
class Noise:
    """Knows the rule only roughly; what it says follows from the items."""

    name: str = "noise"

    def score_outfits(self, questions: Sequence[CompatibilityQuestion]) -> np.ndarray:
        return np.array([self._score(max(question.items)) for question in questions])

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[np.ndarray]:
        return [np.array([self._score(row) for row in each.candidates]) for each in questions]

    def _score(self, row: int) -> float:
        return 0.5 * (row % 2 == 0) + round(np.random.default_rng(row).random(), 1)


ANSWERS = [
    pytest.param([0] * 400, id="always first"),
    pytest.param([3] * 400, id="always last"),
    pytest.param([0, 1, 2, 3] * 100, id="in turn"),
]


@pytest.mark.parametrize("answers", ANSWERS)
def test_a_constant_gets_exactly_a_quarter_wherever_answers_stand(answers: list[int]) -> None:
    (report,) = evaluate(Constant(), CONTROLS, fitb_sets=[fitb_set(answers)], config=CONFIG)
    assert report["model"] == {"figure": 0.25, "low": 0.25, "high": 0.25}


@pytest.mark.parametrize("answers", ANSWERS)
@pytest.mark.parametrize("scorer", [Cheat(), Peek()], ids=["first", "peek"])
def test_a_scorer_that_prefers_a_position_or_peeks_stays_at_chance(scorer, answers) -> None:
    assert fitb_accuracy(scorer, fitb_set(answers), seed=1) == pytest.approx(0.25, abs=0.07)


def test_a_scorer_that_trusts_the_order_of_outfits_or_labels_stays_at_chance() -> None:
    assert compatibility_auc(Cheat(), outfit_set([1] * 300 + [0] * 300)) == pytest.approx(
        0.5, abs=0.07
    )


def test_a_constant_has_an_auc_of_exactly_one_half() -> None:
    (report,) = evaluate(
        Constant(), CONTROLS, compatibility_sets=[outfit_set([1] * 9 + [0] * 4)], config=CONFIG
    )
    assert report["model"] == {"figure": 0.5, "low": 0.5, "high": 0.5}


def test_a_model_that_knows_the_rule_is_right_everywhere_and_beats_every_control() -> None:
    reports = evaluate(
        Even(),
        CONTROLS,
        fitb_sets=[fitb_set([0, 1, 2, 3] * 20)],
        compatibility_sets=[outfit_set([1, 0] * 40)],
        config=CONFIG,
    )
    for report in reports:
        assert report["model"] == {"figure": 1.0, "low": 1.0, "high": 1.0}
        assert report["beats_every_control"] is True
        assert report["difference"]["low"] > 0
        assert "beats every control" in report["sentence"]


def test_a_report_says_what_was_asked_and_is_plain_json() -> None:
    fitb, cp = evaluate(
        Noise(),
        CONTROLS,
        fitb_sets=[fitb_set([0, 3, 1])],
        compatibility_sets=[outfit_set([1, 0, 1])],
        config=CONFIG,
    )
    assert (fitb["name"], fitb["kind"], fitb["metric"]) == ("questions", "fitb", "accuracy")
    assert (fitb["questions"], fitb["dropped"]) == (3, {"a reason": 3})
    assert (cp["name"], cp["kind"], cp["metric"]) == ("outfits", "compatibility", "auc")
    assert list(fitb["controls"]) == ["constant", "random", "identifier_order"]
    assert json.loads(json.dumps([fitb, cp])) == [fitb, cp]


def test_figures_can_be_computed_again_from_what_the_report_keeps() -> None:
    fitb, cp = evaluate(
        Noise(),
        CONTROLS,
        fitb_sets=[fitb_set([0, 1, 2, 3] * 25)],
        compatibility_sets=[outfit_set([1, 0, 0] * 30)],
        config=CONFIG,
    )
    assert 0.25 < fitb["model"]["figure"] < 1
    assert np.mean(fitb["credits"]) == pytest.approx(fitb["model"]["figure"], abs=1e-4)
    assert fitb["model"]["figure"] == fitb_accuracy(Noise(), fitb_set([0, 1, 2, 3] * 25), seed=7)
    assert roc_auc_score(cp["labels"], cp["ranks"]) == pytest.approx(cp["model"]["figure"])
    assert cp["labels"] == [1, 0, 0] * 30


def test_intervals_hold_the_figure_and_pairs_subtract_to_the_difference() -> None:
    (report,) = evaluate(Noise(), CONTROLS, fitb_sets=[fitb_set([1] * 200)], config=CONFIG)
    model = report["model"]
    assert model["low"] < model["figure"] < model["high"]
    for control in report["controls"].values():
        gain = control["model_minus_control"]
        assert gain["figure"] == pytest.approx(model["figure"] - control["figure"])
        assert gain["low"] <= gain["figure"] <= gain["high"]
    best = report["controls"][report["best_control"]]
    assert report["difference"] == best["model_minus_control"]


def test_a_model_that_shares_its_name_with_a_control_keeps_its_own_figure() -> None:
    (report,) = evaluate(
        Even(name="constant"), CONTROLS, fitb_sets=[fitb_set([0] * 20)], config=CONFIG
    )
    assert report["model"]["figure"] == 1.0
    assert report["controls"]["constant"]["figure"] == 0.25


@dataclass
class Sure(Even):
    """Even, and says so with a probability, but is right only where it is not too sure."""

    def probabilities(self, questions: Sequence[CompatibilityQuestion]) -> np.ndarray:
        return 0.1 + 0.8 * self.score_outfits(questions)


def test_a_calibrated_model_has_its_probabilities_judged_in_the_order_of_the_file() -> None:
    questions = outfit_set([1, 0, 0, 1] * 10)
    (report,) = evaluate(Sure(), CONTROLS, compatibility_sets=[questions], config=CONFIG)
    assert report["probabilities"] == [0.9, 0.1, 0.1, 0.9] * 10
    assert report["calibration"]["brier"]["figure"] == pytest.approx(0.01)
    assert report["calibration"]["ece_equal_width"]["figure"] == pytest.approx(0.1)
    assert report["calibration"]["brier_of_base_rate"] == 0.25
    (plain,) = evaluate(Even(), CONTROLS, compatibility_sets=[questions], config=CONFIG)
    assert not {"calibration", "probabilities"} & set(plain)


def test_the_win_rate_stands_beside_the_auc_under_its_own_name_and_differs_from_it() -> None:
    questions = outfit_set([1] * 40 + [0] * 40)
    (report,) = evaluate(Noise(), CONTROLS, compatibility_sets=[questions], config=CONFIG)
    ranks = np.array(report["ranks"])
    won = [(a > b) + (a == b) / 2 for a, b in zip(ranks[:40], ranks[40:], strict=True)]
    rate = report["pairwise_win_rate"]
    assert rate["figure"] == np.mean(won) != report["model"]["figure"]
    assert rate["low"] < rate["figure"] < rate["high"]
    assert report["pairing"] == "40 pairs: the i-th positive with the i-th negative"
    assert report["controls"]["constant"]["pairwise_win_rate"]["figure"] == 0.5


def test_without_pairs_there_is_no_win_rate_and_the_report_says_why() -> None:
    (report,) = evaluate(
        Even(), CONTROLS, compatibility_sets=[outfit_set([1, 1, 0])], config=CONFIG
    )
    assert "pairwise_win_rate" not in report
    assert report["pairing"] == "2 positives cannot be paired with 1 negatives"


def test_every_control_can_be_computed_again_from_what_it_earned() -> None:
    fitb, cp = evaluate(
        Noise(),
        CONTROLS,
        fitb_sets=[fitb_set([0, 1, 2, 3] * 25)],
        compatibility_sets=[outfit_set([1, 0, 0] * 30)],
        config=CONFIG,
    )
    for name, control in fitb["controls"].items():
        assert np.mean(control["credits"]) == control["figure"], name
    for name, control in cp["controls"].items():
        assert roc_auc_score(cp["labels"], control["ranks"]) == pytest.approx(control["figure"])
        resampling = resampling_of(cp, resamples=200, seed=7)
        again = asdict(resampling.outcome(name, earned(cp, name)).interval())
        assert again == {key: control[key] for key in again}
    assert [int(np.argmax(each)) for each in fitb["scores"]].count(0) > 0
    right = [s[a] == max(s) for s, a in zip(fitb["scores"], fitb["answers"], strict=True)]
    assert right == [credit > 0 for credit in fitb["credits"]]


def test_equal_seeds_give_equal_reports_and_other_seeds_other_intervals() -> None:
    def intervals(seed: int) -> object:
        config = EvaluationConfig(seed=seed, resamples=50)
        return evaluate(Noise(), CONTROLS, fitb_sets=[fitb_set([2] * 50)], config=config)

    assert intervals(1) == intervals(1)
    assert intervals(1) != intervals(2)


def test_defaults_are_a_thousand_resamples() -> None:
    assert EvaluationConfig().resamples == 1000
    (report,) = evaluate(Even(), CONTROLS, fitb_sets=[fitb_set([0, 1])])
    assert report["questions"] == 2


def test_a_set_without_questions_is_refused_with_the_reasons() -> None:
    for call in (
        lambda: evaluate(Even(), CONTROLS, fitb_sets=[fitb_set([])], config=CONFIG),
        lambda: fitb_accuracy(Even(), fitb_set([])),
    ):
        with pytest.raises(SchemaError, match="one question, got none; dropped: 3 a reason"):
            call()
    with pytest.raises(SchemaError, match="outfits: expected at least one question, got none"):
        evaluate(Even(), CONTROLS, compatibility_sets=[outfit_set([])], config=CONFIG)


def test_outfits_of_one_label_are_refused() -> None:
    with pytest.raises(SchemaError, match="both labels, 0 and 1, got only 1"):
        evaluate(Even(), CONTROLS, compatibility_sets=[outfit_set([1, 1])], config=CONFIG)
    with pytest.raises(SchemaError, match="got only 0"):
        compatibility_auc(Even(), outfit_set([0, 0]))
