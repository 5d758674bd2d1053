"""What all reports share: a model beside its controls, and what each of them earned."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float

from data.questions import QuestionSet
from engine.verdict import Outcome, judge

Report: TypeAlias = dict[str, Any]
SIGNIFICANT_DIGITS = 7


def outcome_report(
    outcomes: Sequence[Outcome], earned: Sequence[Report], questions: QuestionSet[Any]
) -> Report:
    """Figures with intervals, the verdict, and what each scorer earned.

    Args:
        outcomes: of the model first, then of the controls.
        earned: what else is told of each.
        questions: those that were asked.
    """
    model, *controls = outcomes
    return {
        "name": questions.name,
        "questions": len(questions.questions),
        "dropped": dict(questions.dropped),
        "model": asdict(model.interval()),
        "controls": {
            control.name: asdict(control.interval())
            | {"model_minus_control": asdict(model.minus(control))}
            | own
            for control, own in zip(controls, earned[1:], strict=True)
        },
        **asdict(judge(model, controls)),
        **earned[0],
    }


def significant(values: Float[np.ndarray, " values"]) -> list[float]:
    """Numbers as a report keeps them: with seven significant digits, which a float32 has."""
    return [float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in values.tolist()]
