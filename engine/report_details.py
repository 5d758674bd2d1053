"""What a report shows beyond its figure: categories, score distributions, best and worst questions.

All of it follows from the scores that the report keeps and from the item table.
"""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import polars as pl
from jaxtyping import Bool, Float

from data.questions import CompatibilityQuestion, FitbQuestion
from engine.evaluation import EvaluationConfig
from engine.outcome_report import Report
from engine.resampling import MeanResampling

EXAMPLES = 10
HISTOGRAM_BINS = 30
OUTERMOST = (0.5, 99.5)  # percentiles


def fitb_details(
    report: Report,
    questions: Sequence[FitbQuestion],
    items: pl.DataFrame,
    config: EvaluationConfig,
) -> Report:
    """Figure per category of the answer, distributions of scores, best and worst questions.

    A question's margin is the score of its answer above the best other candidate. Scores compare
    within a question only, so the distributions are of scores less the mean of their question.
    """
    scores = [np.array(each) for each in report["scores"]]
    answers = np.array(report["answers"])
    right = [np.arange(len(each)) == at for each, at in zip(scores, answers, strict=True)]
    margins = np.array(
        [
            float(each[is_right][0] - each[~is_right].max())
            for each, is_right in zip(scores, right, strict=True)
        ]
    )
    rows = [question.candidates[question.answer] for question in questions]
    categories = items["category"][rows]
    return {
        "answer_categories": categories.to_list(),
        "by_category": _by_category(report, categories, config),
        "score_histogram": _histogram(
            np.concatenate([each - each.mean() for each in scores]), np.concatenate(right)
        ),
        "best": [_blank(questions[at], at, report, items) for at in _first(-margins)],
        "worst": [_blank(questions[at], at, report, items) for at in _first(margins)],
    }


def compatibility_details(
    report: Report, questions: Sequence[CompatibilityQuestion], items: pl.DataFrame
) -> Report:
    """Distributions of scores; the outfits that were judged best and worst, half of each label."""
    scores, positive = np.array(report["scores"]), np.array(report["labels"]) == 1
    margins = np.where(positive, scores, -scores)
    return {
        "score_histogram": _histogram(scores, positive),
        "best": [
            _outfit(questions[at], at, report, items) for at in _first_of_each(-margins, positive)
        ],
        "worst": [
            _outfit(questions[at], at, report, items) for at in _first_of_each(margins, positive)
        ],
    }


def _by_category(report: Report, categories: pl.Series, config: EvaluationConfig) -> list[Report]:
    """The figure of the model and of its best control, the most frequent category first."""
    best_control = report["controls"][report["best_control"]]["credits"]
    table = pl.DataFrame(
        {"category": categories, "model": report["credits"], "control": best_control},
        schema_overrides={"model": pl.Float64, "control": pl.Float64},
    )
    parts = []
    for (name,), part in table.group_by("category", maintain_order=True):
        gained = part["model"].to_numpy()
        mean = MeanResampling.micro(len(gained), resamples=config.resamples, seed=config.seed)
        parts.append(
            {
                "category": name,
                "questions": len(gained),
                **asdict(mean.interval(gained)),
                "best_control": float(part["control"].to_numpy().mean()),
            }
        )
    return sorted(parts, key=lambda part: (-part["questions"], part["category"]))


def _histogram(
    scores: Float[np.ndarray, " scores"], positive: Bool[np.ndarray, " scores"]
) -> Report:
    """Counts of positives and negatives in bins of equal width over 99 % of the scores.

    What lies further out is counted in the outermost bins.
    """
    low, high = np.percentile(scores, OUTERMOST)
    edges = np.histogram_bin_edges(np.clip(scores, low, high), bins=HISTOGRAM_BINS)
    inside = np.clip(scores, edges[0], edges[-1])
    return {
        "edges": edges.tolist(),
        "positives": np.histogram(inside[positive], edges)[0].tolist(),
        "negatives": np.histogram(inside[~positive], edges)[0].tolist(),
    }


def _first(keys: Float[np.ndarray, " questions"], number: int = EXAMPLES) -> list[int]:
    """Positions of the lowest keys, the earlier question first where they tie."""
    return list(map(int, np.argsort(keys, kind="stable")[:number]))


def _first_of_each(
    keys: Float[np.ndarray, " questions"], positive: Bool[np.ndarray, " questions"]
) -> list[int]:
    halves = [np.flatnonzero(mask) for mask in (positive, ~positive)]
    return [int(half[at]) for half in halves for at in _first(keys[half], EXAMPLES // 2)]


def _blank(question: FitbQuestion, at: int, report: Report, items: pl.DataFrame) -> Report:
    return {
        "question": at + 1,
        "context": _ids(question.context, items),
        "candidates": _ids(question.candidates, items),
        "answer": question.answer,
        "scores": report["scores"][at],
    }


def _outfit(
    question: CompatibilityQuestion, at: int, report: Report, items: pl.DataFrame
) -> Report:
    probability = {"probability": report["probabilities"][at]} if "probabilities" in report else {}
    return {
        "question": at + 1,
        "items": _ids(question.items, items),
        "label": question.label,
        "score": report["scores"][at],
        **probability,
    }


def _ids(rows: Sequence[int], items: pl.DataFrame) -> list[str]:
    return items["item_id"].gather(list(rows)).to_list()
