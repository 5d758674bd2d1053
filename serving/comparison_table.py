"""Two evaluations side by side, for the terminal."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from data.errors import InputError
from engine.comparison import Comparison, Side
from serving.evaluation_file import Evaluation
from serving.seeds_table import cells, file_title


def read_side(path: Path) -> Side:
    """One evaluation as a side of a comparison.

    Raises:
        InputError: the file is no evaluation, or its bundles are not of one recipe.
    """
    evaluation = Evaluation.read(path)
    recipes = evaluation.recipes()
    if len(recipes) != 1:
        bundles = ", ".join(each["bundle"] for each in evaluation.bundles)
        raise InputError(
            expected="bundles that differ in the training seed alone",
            got=f"{len(recipes)} recipes in {bundles}",
            file=path,
        )
    return Side(
        name=f"{path.with_suffix('')} ({evaluation.bundles[0]['model']})",
        source=path,
        reports=evaluation.reports_by_questions(evaluation.bundles),
    )


def comparison_table(first: Side, second: Side, comparisons: Sequence[Comparison]) -> Table:
    """A row a question file: both figures, and the paired difference."""
    seeds = comparisons[0].seeds
    table = Table(title=f"{first.name} against {second.name}", title_justify="left")
    headings = (
        "questions",
        f"{first.source.with_suffix('')}{_mean_of(seeds[0])}",
        f"{second.source.with_suffix('')}{_mean_of(seeds[1])}",
        "difference",
        "95 % interval",
    )
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "questions" else "right")
    for each in comparisons:
        gap = each.difference
        table.add_row(
            file_title(each.report),
            cells(asdict(each.first))[0],
            cells(asdict(each.second))[0],
            f"{gap.figure:+.3f}",
            f"{gap.low:+.3f} to {gap.high:+.3f}",
        )
    return table


def _mean_of(seeds: int) -> str:
    return f", mean of {seeds}" if seeds > 1 else ""
