"""`outfit evaluate`: judge a bundle on question files, beside the controls."""

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from serving.question_flags import PUBLISHED_SEARCH, QUESTIONS, Search

SCHEMA_VERSION = 1


def evaluate(  # noqa: PLR0913 - flags of a command
    bundle: Path,
    *,
    data: Path,
    fitb: Annotated[list[Path] | None, Parameter(group=QUESTIONS, negative="")] = None,
    cp: Annotated[list[Path] | None, Parameter(group=QUESTIONS, negative="")] = None,
    retrieval: Annotated[list[Path] | None, Parameter(group=QUESTIONS, negative="")] = None,
    weakest: Annotated[list[Path] | None, Parameter(group=QUESTIONS, negative="")] = None,
    search: Search = PUBLISHED_SEARCH,
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
        retrieval: retrieval file, or a fill-in-the-blank file whose answers are looked for in a
            whole pool; may be repeated.
        weakest: weakest-item file; may be repeated.
        search: among what retrieval looks, and what it is told.
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
    from serving.ranking_reports import RankingFiles, ranking_reports
    from serving.ranking_table import ranking_table

    dataset = Dataset.load(data)
    files = QuestionFiles.read(dataset, fitb=fitb or (), compatibility=cp or ())
    config = EvaluationConfig(seed=seed)
    scorer = bundled_scorer(bundle, dataset)
    judged = evaluate_files(
        scorer,
        files,
        dataset=dataset,
        counts=TrainingCounts.read(bundle),
        config=config,
    )
    asked = RankingFiles(
        retrieval=retrieval or (), weakest=weakest or (), search=search, report=report
    )
    judged += ranking_reports(bundle, scorer, asked, dataset=dataset, config=config)
    console = Console()
    for each in judged:
        console.print(ranking_table(each) if "figures" in each else evaluation_table(each))
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
