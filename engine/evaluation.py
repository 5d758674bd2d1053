"""Judge a model beside the controls on question sets, blindly, with intervals, in plain words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float, Int64, UInt16

from data.errors import SchemaError
from data.questions import CompatibilitySet, FitbSet
from engine.blinding import BlindCompatibility, BlindFitb
from engine.bootstrap import resample_counts, resampled_aucs, resampled_means
from engine.metrics import fitb_credits, midranks, roc_auc
from engine.scorer import Scorer
from engine.verdict import Outcome, judge

Report: TypeAlias = dict[str, object]
CREDIT_DECIMALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationConfig:
    """How figures are measured.

    Args:
        seed: of the permutation that hides the answers, and of the resamples.
        resamples: behind every interval.
    """

    seed: int = 0
    resamples: int = 1000


def evaluate(
    model: Scorer,
    controls: Sequence[Scorer],
    *,
    fitb_sets: Sequence[FitbSet] = (),
    compatibility_sets: Sequence[CompatibilitySet] = (),
    config: EvaluationConfig | None = None,
) -> list[Report]:
    """One report a question set, FITB first: figures, intervals, controls and the verdict.

    Raises:
        SchemaError: a set holds no question, or compatibility questions of one label only.
    """
    config = config or EvaluationConfig()
    return [
        *(evaluate_fitb(model, controls, each, config) for each in fitb_sets),
        *(evaluate_compatibility(model, controls, each, config) for each in compatibility_sets),
    ]


def evaluate_fitb(
    model: Scorer, controls: Sequence[Scorer], questions: FitbSet, config: EvaluationConfig
) -> Report:
    """Accuracy, with the credit of every question under `credits`, in the order of the set.

    Raises:
        SchemaError: the set holds no question.
    """
    answers = np.array([question.answer for question in questions.questions], dtype=np.int64)
    _refuse_empty(questions)
    exam = BlindFitb.of(questions.questions, config.seed)
    counts = resample_counts(np.zeros_like(answers), resamples=config.resamples, seed=config.seed)
    earned = [fitb_credits(exam.scores(scorer), answers) for scorer in (model, *controls)]
    outcomes = [
        Outcome(name=scorer.name, figure=float(of.mean()), resampled=resampled_means(of, counts))
        for scorer, of in zip((model, *controls), earned, strict=True)
    ]
    report = _report(outcomes, questions, kind="fitb", metric="accuracy")
    return report | {"credits": earned[0].round(CREDIT_DECIMALS).tolist()}


def evaluate_compatibility(
    model: Scorer,
    controls: Sequence[Scorer],
    questions: CompatibilitySet,
    config: EvaluationConfig,
) -> Report:
    """ROC-AUC, with `ranks` (ties shared) and `labels`, from which it can be computed again.

    Raises:
        SchemaError: the set holds no question, or questions of one label only.
    """
    labels = np.array([question.label for question in questions.questions], dtype=np.int64)
    _refuse_empty(questions)
    _refuse_one_label(questions, labels)
    exam = BlindCompatibility.of(questions.questions, config.seed)
    counts = resample_counts(labels, resamples=config.resamples, seed=config.seed)
    scored = [exam.scores(scorer) for scorer in (model, *controls)]
    outcomes = [
        _auc_outcome(scorer.name, scores, labels, counts)
        for scorer, scores in zip((model, *controls), scored, strict=True)
    ]
    report = _report(outcomes, questions, kind="compatibility", metric="auc")
    return report | {"ranks": midranks(scored[0]).tolist(), "labels": labels.tolist()}


def fitb_accuracy(scorer: Scorer, questions: FitbSet, *, seed: int = 0) -> float:
    """Blind FITB accuracy of one scorer, the figure that reports print, without its interval."""
    answers = np.array([question.answer for question in questions.questions], dtype=np.int64)
    _refuse_empty(questions)
    scores = BlindFitb.of(questions.questions, seed).scores(scorer)
    return float(fitb_credits(scores, answers).mean())


def compatibility_auc(scorer: Scorer, questions: CompatibilitySet, *, seed: int = 0) -> float:
    """Blind ROC-AUC of one scorer, the figure that reports print, without its interval."""
    labels = np.array([question.label for question in questions.questions], dtype=np.int64)
    _refuse_empty(questions)
    _refuse_one_label(questions, labels)
    return roc_auc(BlindCompatibility.of(questions.questions, seed).scores(scorer), labels)


def _auc_outcome(
    name: str,
    scores: Float[np.ndarray, " questions"],
    labels: Int64[np.ndarray, " questions"],
    counts: UInt16[np.ndarray, "resamples questions"],
) -> Outcome:
    return Outcome(
        name=name,
        figure=roc_auc(scores, labels),
        resampled=resampled_aucs(scores, labels, counts),
    )


def _report(
    outcomes: Sequence[Outcome], questions: FitbSet | CompatibilitySet, *, kind: str, metric: str
) -> Report:
    """The part of a report that all kinds share; the model is the first outcome."""
    model, *controls = outcomes
    return {
        "name": questions.name,
        "kind": kind,
        "metric": metric,
        "questions": len(questions.questions),
        "dropped": dict(questions.dropped),
        "model": asdict(model.interval()),
        "controls": {
            control.name: asdict(control.interval())
            | {"model_minus_control": asdict(model.minus(control))}
            for control in controls
        },
        **asdict(judge(model, controls)),
    }


def _refuse_empty(questions: FitbSet | CompatibilitySet) -> None:
    if not questions.questions:
        reasons = ", ".join(f"{number} {why}" for why, number in questions.dropped.items())
        got = f"none; dropped: {reasons}" if reasons else "none"
        raise SchemaError(expected="at least one question", got=got, file=questions.name)


def _refuse_one_label(questions: CompatibilitySet, labels: Int64[np.ndarray, " questions"]) -> None:
    if len(np.unique(labels)) < 2:
        raise SchemaError(
            expected="outfits of both labels, 0 and 1",
            got=f"only {labels[0]}",
            file=questions.name,
            field="label",
        )
