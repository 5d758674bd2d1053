"""What stands at the head of the report of every question file: which file, and what it shares."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from data.errors import InputError
from engine.evaluation import EvaluationConfig
from engine.outcome_report import Report
from engine.training_overlap import Question, Shared, training_overlap
from engine.training_record import TrainingRecord


def file_head(
    path: Path,
    questions: Sequence[Question],
    *,
    items: pl.DataFrame,
    training: TrainingRecord,
    config: EvaluationConfig,
) -> Report:
    """Name, sha256 and overlap with training.

    Raises:
        InputError: items or groups are shared with training, and that is not allowed.
    """
    overlap = training_overlap(questions, items, training)
    if (overlap.items.seen or overlap.groups.seen) and not config.allow_overlap:
        raise InputError(
            expected="questions without what stood in training outfits, or --allow-overlap",
            got=f"{_part(overlap.items)} items and {_part(overlap.groups)} groups that did",
            file=path,
        )
    return {
        "file": str(path),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "training_overlap": overlap.as_report(),
    }


def _part(shared: Shared) -> str:
    return f"{shared.seen:,} of {shared.number:,} ({shared.share:.1%})"
