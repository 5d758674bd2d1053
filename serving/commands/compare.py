"""`outfit compare`: is one run better than another on the same questions?"""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators


def compare(
    first: Path,
    second: Path,
    *,
    seed: int = 0,
    resamples: Annotated[int, Parameter(validator=validators.Number(gte=100))] = 1000,
) -> None:
    """Compare two evaluations on the same question files by a paired bootstrap.

    Both figures are measured on the same resamples of the questions, so that the interval is that
    of their difference. An evaluation of several training seeds counts with their mean.

    Example: `outfit compare mean-pool.json transformer.json`

    Args:
        first: what `outfit evaluate --json` wrote for one recipe.
        second: the same for another, on the same question files.
        seed: of the resamples.
        resamples: how many.
    """
    from rich.console import Console

    from engine.comparison import compare as compare_sides
    from serving.comparison_table import comparison_table, read_side
    from serving.seeds_table import file_title

    sides = read_side(first), read_side(second)
    comparisons = compare_sides(*sides, resamples=resamples, seed=seed)
    console = Console()
    console.print(comparison_table(*sides, comparisons))
    for each in comparisons:
        line = f"{file_title(each.report)}: {each.sentence}"
        console.print(line, highlight=False, markup=False)
