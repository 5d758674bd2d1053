"""`outfit evaluate`: judge bundles on question files, beside the controls."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from serving.question_flags import PUBLISHED_SEARCH, QUESTIONS, Search

if TYPE_CHECKING:
    from rich.console import Console

    from engine.outcome_report import Report
    from serving.evaluation_file import Evaluation


def evaluate(  # noqa: PLR0913 - flags of a command
    bundles: list[Path],
    /,
    *,
    data: Path,
    fitb: Annotated[list[Path] | None, Parameter(group=QUESTIONS, negative="")] = None,
    cp: Annotated[list[Path] | None, Parameter(group=QUESTIONS, negative="")] = None,
    retrieval: Annotated[list[Path] | None, Parameter(group=QUESTIONS, negative="")] = None,
    weakest: Annotated[list[Path] | None, Parameter(group=QUESTIONS, negative="")] = None,
    search: Search = PUBLISHED_SEARCH,
    report: Annotated[Path | None, Parameter(name="--json")] = None,
    seed: int = 0,
    allow_overlap: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Judge bundles on question files, with 95 % intervals and every control beside them.

    Several bundles are judged one after the other; where they differ in the training seed alone,
    the mean over seeds is told as well.

    Example: `outfit evaluate bundle --data data --fitb fitb.json --cp pairs.txt --json out.json`

    Args:
        bundles: what `outfit train` wrote; one or several.
        data: the dataset folder whose items the questions name; they may be new to the bundle.
        fitb: fill-in-the-blank file, official or own format; may be repeated.
        cp: compatibility file, official or own format; may be repeated.
        retrieval: retrieval file, or a fill-in-the-blank file whose answers are looked for in a
            whole pool; may be repeated.
        weakest: weakest-item file; may be repeated.
        search: among what retrieval looks, and what it is told.
        report: where to write the whole report; it appears whole or not at all.
        seed: of the permutation that hides the answers, and of the bootstrap.
        allow_overlap: judge also on questions that hold items of the training outfits, or other
            colours of their products; without it such a file is refused.
    """
    from rich.console import Console

    from data.dataset import Dataset
    from engine.evaluation import EvaluationConfig
    from engine.file_evaluation import QuestionFiles
    from serving.bundle_exam import BundleExam
    from serving.evaluation_file import Evaluation
    from serving.ranking_reports import RankingFiles

    dataset = Dataset.load(data)
    exam = BundleExam(
        dataset=dataset,
        files=QuestionFiles.read(dataset, fitb=fitb or (), compatibility=cp or ()),
        rankings=RankingFiles(
            retrieval=retrieval or (), weakest=weakest or (), search=search, report=report
        ),
        config=EvaluationConfig(seed=seed, allow_overlap=allow_overlap),
    )
    console = Console()
    judged = []
    for entry in exam.entries(bundles):
        reports = exam.judge(entry)
        _print(console, reports, "" if len(bundles) == 1 else f"{entry['bundle']}: ")
        judged += reports
    evaluation = Evaluation(
        command=shlex.join(["outfit", *sys.argv[1:]]),
        data=str(data),
        seed=seed,
        resamples=exam.config.resamples,
        bundles=exam.entries(bundles),
        files=judged,
    )
    if len(bundles) > 1:
        _print_summary(console, evaluation)
    if report is not None:
        evaluation.write(report)
        console.print(f"wrote {report}", highlight=False, markup=False)


def _print(console: "Console", reports: "list[Report]", prefix: str) -> None:
    """A table and its notes a report."""
    from serving.evaluation_table import evaluation_notes, evaluation_table
    from serving.ranking_table import ranking_table

    for each in reports:
        table = ranking_table(each) if "figures" in each else evaluation_table(each)
        table.title = f"{prefix}{table.title}"
        console.print(table)
        console.print(*evaluation_notes(each), sep="\n", highlight=False, markup=False)


def _print_summary(console: "Console", evaluation: "Evaluation") -> None:
    """A table a question file with every bundle, and the means over seeds."""
    from serving.seeds_table import seed_notes, seeds_tables

    for table in seeds_tables(evaluation):
        console.print(table)
    console.print(*seed_notes(evaluation), sep="\n", highlight=False, markup=False)
