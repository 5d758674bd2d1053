"""Judge a model beside the controls on question sets, blindly, with intervals, in plain words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Float, Int64

from data.errors import SchemaError
from data.questions import CompatibilitySet, FitbSet, refuse_empty
from engine.blinding import BlindCompatibility, BlindFitb
from engine.calibration_report import calibration_report
from engine.metrics import fitb_credits, midranks, roc_auc
from engine.outcome_report import Report, outcome_report, significant
from engine.pairing import Pairs, pair_up
from engine.resampling import AucResampling, MeanResampling
from engine.scorer import Calibrated, Scorer


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationConfig:
    """How figures are measured.

    Args:
        seed: of the permutation that hides the answers, and of the resamples.
        resamples: behind every interval.
        allow_overlap: whether questions may hold items that the model was trained on.
    """

    seed: int = 0
    resamples: int = 1000
    allow_overlap: bool = False


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
    """Accuracy, with the credit of every question, in the order of the set, for each scorer.

    `scores` holds the model's score of every candidate, `answers` the position of the right one.

    Raises:
        SchemaError: the set holds no question.
    """
    answers = np.array([question.answer for question in questions.questions], dtype=np.int64)
    refuse_empty(questions)
    exam = BlindFitb.of(questions.questions, config.seed)
    scored = [exam.scores(scorer) for scorer in (model, *controls)]
    gained = [fitb_credits(scores, answers) for scores in scored]
    mean = MeanResampling.micro(len(answers), resamples=config.resamples, seed=config.seed)
    outcomes = [
        mean.outcome(scorer.name, each)
        for scorer, each in zip((model, *controls), gained, strict=True)
    ]
    return {
        "kind": "fitb",
        "metric": "accuracy",
        **outcome_report(outcomes, [{"credits": each.tolist()} for each in gained], questions),
        "scores": [significant(scores) for scores in scored[0]],
        "answers": answers.tolist(),
    }


def evaluate_compatibility(
    model: Scorer,
    controls: Sequence[Scorer],
    questions: CompatibilitySet,
    config: EvaluationConfig,
) -> Report:
    """ROC-AUC, with `ranks` (ties shared) for each scorer and the `labels` of the set.

    Where positives and negatives are paired, each scorer has its `pairwise_win_rate`; `pairing`
    says how, or why not. Where the model is `Calibrated`, so are `probabilities` and `calibration`.

    Raises:
        SchemaError: the set holds no question, or questions of one label only.
    """
    labels = np.array([question.label for question in questions.questions], dtype=np.int64)
    refuse_empty(questions)
    _refuse_one_label(questions, labels)
    exam = BlindCompatibility.of(questions.questions, config.seed)
    scored = [exam.scores(scorer) for scorer in (model, *controls)]
    pairs = pair_up(questions.questions)
    auc = AucResampling.of(labels, resamples=config.resamples, seed=config.seed)
    outcomes = [
        auc.outcome(scorer.name, scores)
        for scorer, scores in zip((model, *controls), scored, strict=True)
    ]
    earned = [
        {"ranks": midranks(scores).tolist()} | _win_rate(pairs, scores, config) for scores in scored
    ]
    return {
        "kind": "compatibility",
        "metric": "auc",
        **outcome_report(outcomes, earned, questions),
        "pairing": pairs if isinstance(pairs, str) else pairs.description(),
        "scores": significant(scored[0]),
        "labels": labels.tolist(),
        **_calibration(model, exam, auc),
    }


def fitb_accuracy(scorer: Scorer, questions: FitbSet, *, seed: int = 0) -> float:
    """Blind FITB accuracy of one scorer, the figure that reports print, without its interval."""
    answers = np.array([question.answer for question in questions.questions], dtype=np.int64)
    refuse_empty(questions)
    scores = BlindFitb.of(questions.questions, seed).scores(scorer)
    return float(fitb_credits(scores, answers).mean())


def compatibility_auc(scorer: Scorer, questions: CompatibilitySet, *, seed: int = 0) -> float:
    """Blind ROC-AUC of one scorer, the figure that reports print, without its interval."""
    labels = np.array([question.label for question in questions.questions], dtype=np.int64)
    refuse_empty(questions)
    _refuse_one_label(questions, labels)
    return roc_auc(BlindCompatibility.of(questions.questions, seed).scores(scorer), labels)


def _win_rate(
    pairs: Pairs | str, scores: Float[np.ndarray, " questions"], config: EvaluationConfig
) -> Report:
    """The pairwise win rate, where there are pairs."""
    if isinstance(pairs, str):
        return {}
    won = pairs.win_rate(scores, resamples=config.resamples, seed=config.seed)
    return {"pairwise_win_rate": asdict(won)}


def _calibration(model: Scorer, exam: BlindCompatibility, auc: AucResampling) -> Report:
    """The model's probabilities and how far they are to be believed, where it gives any."""
    if not isinstance(model, Calibrated):
        return {}
    probabilities = exam.probabilities(model)
    return {
        "probabilities": significant(probabilities),
        "calibration": calibration_report(probabilities, auc.labels, auc.counts),
    }


def _refuse_one_label(questions: CompatibilitySet, labels: Int64[np.ndarray, " questions"]) -> None:
    if len(np.unique(labels)) < 2:
        raise SchemaError(
            expected="outfits of both labels, 0 and 1",
            got=f"only {labels[0]}",
            file=questions.name,
            field="label",
        )
