"""`outfit evaluate`: judge a bundle on question files, beside the controls."""

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import ArgumentCollection, Group, Parameter

SCHEMA_VERSION = 1


def _refuse_none(questions: ArgumentCollection) -> None:
    """Raise `ValueError`, wrong usage to the command line, where no file is given."""
    if not questions.filter_by(value_set=True):
        raise ValueError("give at least one question file with --fitb or --cp")


QUESTIONS = Group("Questions", validator=_refuse_none)


def evaluate(
    bundle: Path,
    *,
    data: Path,
    fitb: Annotated[list[Path] | None, Parameter(group=QUESTIONS, negative="")] = None,
    cp: Annotated[list[Path] | None, Parameter(group=QUESTIONS, negative="")] = None,
    report: Annotated[Path | None, Parameter(name="--json")] = None,
    seed: int = 0,
) -> None:
    """Judge a bundle on question files, with 95 % intervals and every control beside it.

    Example: `outfit evaluate bundle --data data --fitb fitb.json --cp pairs.txt --json out.json`

    Args:
        bundle: what `outfit train` wrote.
        data: the dataset folder whose items the questions name; they may be new to the bundle.
        fitb: fill-in-the-blank file, official or own format; may be repeated.
        cp: compatibility file, official or own format; may be repeated.
        report: where to write the whole report; it appears whole or not at all.
        seed: of the permutation that hides the answers, and of the bootstrap.
    """
    from rich.console import Console

    from data.dataset import Dataset
    from engine.bundled_scorer import bundled_scorer
    from engine.evaluation import EvaluationConfig
    from engine.file_evaluation import QuestionFiles, evaluate_files
    from engine.training_counts import TrainingCounts
    from serving.evaluation_table import evaluation_notes, evaluation_table

    dataset = Dataset.load(data)
    files = QuestionFiles.read(dataset, fitb=fitb or (), compatibility=cp or ())
    config = EvaluationConfig(seed=seed)
    judged = evaluate_files(
        bundled_scorer(bundle, dataset),
        files,
        dataset=dataset,
        counts=TrainingCounts.read(bundle),
        config=config,
    )
    console = Console()
    for each in judged:
        console.print(evaluation_table(each))
        console.print(*evaluation_notes(each), sep="\n", highlight=False, markup=False)
    if report is not None:
        _write(report, _provenance(bundle, data, config.seed) | {"files": judged})
        console.print(f"wrote {report}", highlight=False, markup=False)


def _provenance(bundle: Path, data: Path, seed: int) -> dict[str, object]:
    """Which bundle was judged on which data, and by which command."""
    manifest = json.loads((bundle / "bundle.json").read_bytes())
    return {
        "schema_version": SCHEMA_VERSION,
        "bundle": str(bundle),
        "bundle_id": manifest.get("bundle_id"),
        "model": manifest.get("model"),
        "seeds": {"training": manifest.get("seed"), "evaluation": seed},
        "data": str(data),
        "command": shlex.join(["outfit", *sys.argv[1:]]),
    }


def _write(path: Path, report: Mapping[str, object]) -> None:
    from data.atomic import atomic_file

    with atomic_file(path) as temporary:
        temporary.write_text(json.dumps(report, ensure_ascii=False) + "\n", encoding="utf-8")
