"""The mean over the training seeds of runs that differ in nothing else, on the same questions."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from engine.outcome_report import Report
from engine.resampling import Resampling, earned, resampling_of
from engine.verdict import Outcome, judge

IDENTITY = ("file", "sha256", "name", "kind", "metric", "wish", "pool", "questions")


def question_key(report: Report) -> tuple[str, ...]:
    """What makes two reports answer the same questions: kind, content, wish, and pools."""
    pool = report.get("pool", {})
    return (report["kind"], report["sha256"], report.get("wish", ""), pool.get("sha256", ""))


def mean_outcome(name: str, reports: Sequence[Report], resampling: Resampling) -> Outcome:
    """Mean figure of several runs, in the question set and in every resample of it."""
    runs = [resampling.outcome(name, earned(report)) for report in reports]
    return Outcome(
        name=name,
        figure=float(np.mean([run.figure for run in runs])),
        resampled=np.mean([run.resampled for run in runs], axis=0),
    )


def mean_report(name: str, reports: Sequence[Report], *, resamples: int, seed: int) -> Report:
    """Mean, interval over questions, each run's figure, and the verdict beside the controls.

    Args:
        name: of the model, for the sentence.
        reports: of one file, one a training seed; the controls are those of the first.
        resamples: behind the interval.
        seed: of the resamples.
    """
    first = reports[0]
    resampling = resampling_of(first, resamples=resamples, seed=seed)
    model = mean_outcome(name, reports, resampling)
    controls = [resampling.outcome(each, earned(first, each)) for each in first["controls"]]
    return {
        **{key: first[key] for key in IDENTITY if key in first},
        "figures_by_seed": [report["model"]["figure"] for report in reports],
        "model": asdict(model.interval()),
        "controls": {
            control.name: asdict(control.interval())
            | {"model_minus_control": asdict(model.minus(control))}
            for control in controls
        },
        **asdict(judge(model, controls)),
    }
