"""`outfit recommend`: complements for a file of contexts, without a server."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

if TYPE_CHECKING:
    from engine.batch import BatchProgress

Count = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=1_000))]
Share = Annotated[float | None, Parameter(validator=validators.Number(gte=0, lte=1))]
Price = Annotated[float | None, Parameter(validator=validators.Number(gte=0))]


def _check_slots(_type: object, slots: str) -> None:
    """Refuse a list with a blank or a name given twice."""
    names = _split(slots)
    if not all(names):
        raise ValueError("expected names separated by commas, such as shoes,bags")
    if len(set(names)) < len(names):
        raise ValueError("expected each name once")


def _check_prices(_type: object, allowed: "Allowed | None") -> None:
    """Refuse prices that contradict each other."""
    if allowed is None or allowed.min_price is None or allowed.max_price is None:
        return
    if allowed.min_price > allowed.max_price:
        raise ValueError("expected --min-price to be at most --max-price")


@Parameter(name="*", validator=_check_prices)
@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Which catalogue items may come back."""

    min_price: Price = None
    """Lowest price, inclusive; items without a price stay away."""

    max_price: Price = None
    """Highest price, inclusive; items without a price stay away."""

    in_stock_only: Annotated[bool, Parameter(negative="")] = False
    """Only items in stock."""

    min_relevance: Share = None
    """Least relevance, from 0 to 1; fewer than k items may reach it, or none."""


ALL_ALLOWED = Allowed()


def recommend(
    bundle: Path,
    *,
    contexts: Path,
    slots: Annotated[str, Parameter(validator=_check_slots)],
    out: Path,
    k: Count = 10,
    allowed: Allowed = ALL_ALLOWED,
) -> None:
    """Find what completes each partial outfit of a file, in one or more slots.

    A line that cannot be answered does not stop the run: it is listed with its number, field, what
    was expected and what was found in FILE.errors.jsonl beside the output.

    Example: `outfit recommend bundle --contexts contexts.jsonl --slots shoes,bags --k 20 --out
    complements.parquet`

    Args:
        bundle: what `outfit train` wrote.
        contexts: lines of `{"context_id": "c1", "items": ["item-1", "item-2"]}` in a .jsonl file,
            or a .parquet file of these columns; an item of a .jsonl file may also be an object of
            category, title, description and attributes.
        slots: categories or coarse slots that are wanted, separated by commas.
        out: a .parquet or .jsonl file of context_id, slot, rank, item_id, similarity and
            relevance, in the order of the contexts; it appears whole or not at all.
        k: how many complements to find for each context and slot.
        allowed: which items may come back.
    """
    from engine.batch import BatchRecommender, Wanted, recommend_file
    from engine.recommender import Recommender
    from engine.requests import Filters

    filters = Filters(
        min_price=allowed.min_price,
        max_price=allowed.max_price,
        in_stock_only=allowed.in_stock_only,
    )
    recommender = BatchRecommender(
        engine=Recommender.load(bundle).quickened(),
        wanted=Wanted(
            slots=tuple(_split(slots)), k=k, filters=filters, min_relevance=allowed.min_relevance
        ),
    )
    print(_summary(out, _shown(recommend_file(recommender, contexts, out))))


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",")]


def _shown(steps: "Iterable[BatchProgress]") -> "BatchProgress":
    """Draw a bar until the batch ends; return how it ended."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("contexts")
        for step in steps:
            bars.update(bar, completed=step.done, total=step.total)
    return step


def _summary(out: Path, end: "BatchProgress") -> str:
    """What was written, and what could not be."""
    from engine.batch import errors_path

    lines = [
        f"wrote {out}: {end.num_complements} complements for {end.total - end.failed} contexts"
    ]
    if end.num_unfilled:
        lines.append(f"found nothing for {end.num_unfilled} pairs of context and slot")
    if end.failed:
        lines.append(f"{end.failed} of {end.total} lines failed, see {errors_path(out)}")
    return "\n".join(lines)
