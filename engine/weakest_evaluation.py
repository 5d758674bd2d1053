"""Judge a model beside the controls on finding the odd item of an outfit, blindly."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from jaxtyping import UInt16

from data.questions import CompatibilityQuestion, refuse_empty
from data.weakest_questions import WeakestQuestion, WeakestSet
from engine.blinding import BlindCompatibility
from engine.bootstrap import interval, resample_counts, resampled_means
from engine.evaluation import EvaluationConfig
from engine.outcome_report import Report, outcome_report
from engine.ranking_metrics import Placements
from engine.scorer import Scorer
from engine.verdict import Outcome

DECIMALS = 4


def evaluate_weakest(
    model: Scorer, controls: Sequence[Scorer], questions: WeakestSet, config: EvaluationConfig
) -> Report:
    """How often the odd item is named first, and its mean reciprocal rank.

    An item is the weaker, the better the rest goes together without it: the leave-one-out of the
    compatibility score. Ties are shared, so that a constant scorer names 1 of n. `ranks` and
    `credits` (accuracy) of every scorer stand in the order of the set.

    Raises:
        SchemaError: the set holds no question.
    """
    refuse_empty(questions)
    counts = resample_counts(
        np.zeros(len(questions.questions), np.int64), resamples=config.resamples, seed=config.seed
    )
    exam = BlindCompatibility.of(_left_out(questions.questions), config.seed)
    placed = [_place(exam, scorer, questions.questions) for scorer in (model, *controls)]
    outcomes = [
        Outcome(
            name=scorer.name,
            figure=float(each.recall(1).mean()),
            resampled=resampled_means(each.recall(1), counts),
        )
        for scorer, each in zip((model, *controls), placed, strict=True)
    ]
    earned = [_earned(each, counts) for each in placed]
    return outcome_report(outcomes, earned, questions) | {"kind": "weakest", "metric": "accuracy"}


def _earned(placed: Placements, counts: UInt16[np.ndarray, "resamples questions"]) -> Report:
    """Every figure with its interval, and what each question gave."""
    figures = {"accuracy": placed.recall(1), "mrr": placed.reciprocal_ranks()}
    return {
        "figures": {
            name: asdict(interval(float(values.mean()), resampled_means(values, counts)))
            for name, values in figures.items()
        },
        "ranks": placed.ranks().tolist(),
        "credits": placed.recall(1).round(DECIMALS).tolist(),
    }


def _left_out(questions: Sequence[WeakestQuestion]) -> list[CompatibilityQuestion]:
    """Every outfit without each of its items, one after the other."""
    return [
        CompatibilityQuestion(
            items=question.items[:at] + question.items[at + 1 :],
            label=0,
            item_ids=question.item_ids[:at] + question.item_ids[at + 1 :],
        )
        for question in questions
        for at in range(len(question.items))
    ]


def _place(
    exam: BlindCompatibility, scorer: Scorer, questions: Sequence[WeakestQuestion]
) -> Placements:
    """Where the odd item stands among the items of its outfit, the weakest first."""
    sizes = np.array([len(question.items) for question in questions])
    starts = np.cumsum(sizes) - sizes
    rest = exam.scores(scorer)
    own = np.repeat(rest[starts + [question.odd for question in questions]], sizes)
    above = np.add.reduceat(rest > own, starts, dtype=np.int64)
    equal = np.add.reduceat(rest == own, starts, dtype=np.int64)
    return Placements(above=above, tied=equal - 1)
