"""`outfit bench`: put load on a running server and say how long its answers take."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from serving.commands.connection import Access, Seconds, silence_grpc
from serving.load_questions import Asked

if TYPE_CHECKING:
    from serving.load import Load, LoadResult
    from serving.security.channel import Credentials

Callers = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=4_096))]
Calls = Annotated[int, Parameter(validator=validators.Number(gte=1))]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much load, and when it ends."""

    concurrency: Callers = 1
    """Callers, each of which waits for its answer before it asks again."""

    seconds: Annotated[float, Parameter(validator=validators.Number(gt=0, lte=3_600))] = 10.0
    """For how long calls are begun."""

    calls: Calls = 1_000_000
    """Calls of all callers together, at most."""

    deadline_s: Seconds = 10.0
    """Seconds after which a call counts as an error."""


BOUNDS = Bounds()
ACCESS = Access()
NUM_QUESTIONS = 1_000


def bench(
    address: str = "127.0.0.1:50051",
    /,
    *,
    ask: Asked = "complements",
    bounds: Bounds = BOUNDS,
    access: Access = ACCESS,
    svg: Path | None = None,
) -> None:
    """Put load on a running server and print how long its answers take.

    Questions are about items of its own catalogue: 5 of them, and 4 candidates of one category or
    the 20 best of one. The generator shares the machine with a server that runs beside it.

    Exits 1 where none was answered.

    Example: `outfit bench 127.0.0.1:50051 --concurrency 16 --seconds 10 --svg latency.svg`

    Args:
        address: host and port of the server.
        ask: which call.
        bounds: how much load, and when it ends.
        access: what to trust and what to show.
        svg: where to draw how long the calls took.
    """
    import asyncio
    import sys

    silence_grpc()

    from data.atomic import atomic_file
    from serving.latency_plot import LatencyPlot

    credentials = access.credentials()
    load = _load(address, credentials, ask, bounds)
    result = asyncio.run(_measure(address, credentials, load))
    _show(result, ask)
    if not result.latencies_s:
        sys.exit(1)
    if svg is not None:
        title = f"{ask}, {bounds.concurrency} at once: {result.per_second:,.0f} calls/s"
        with atomic_file(svg) as file:
            file.write_text(LatencyPlot.of(result).svg(title), encoding="utf-8")


def _load(address: str, credentials: "Credentials", ask: Asked, bounds: Bounds) -> "Load":
    from serving.call_advice import advised
    from serving.load import Load
    from serving.load_questions import draw_questions, known_items, method_of, request_of

    with advised(address, credentials):
        items = known_items(address, credentials)
    questions = draw_questions(ask, items, count=NUM_QUESTIONS)
    return Load(
        method=method_of(questions[0]),
        requests=[request_of(question) for question in questions],
        concurrency=bounds.concurrency,
        seconds=bounds.seconds,
        max_calls=bounds.calls,
        deadline_s=bounds.deadline_s,
    )


async def _measure(address: str, credentials: "Credentials", load: "Load") -> "LoadResult":
    from serving.load import LOAD_OPTIONS, put_load
    from serving.security.channel import open_async_channel

    async with open_async_channel(address, credentials, LOAD_OPTIONS) as channel:
        await put_load(channel, replace(load, max_calls=1), credentials.metadata)  # connects
        return await put_load(channel, load, credentials.metadata)


def _show(result: "LoadResult", ask: Asked) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("call", "answers", "errors", "calls/s", "p50 ms", "p90 ms", "p99 ms", "max ms")
    figures = [""] * 4
    if result.latencies_s:
        figures = [f"{1000 * result.quantile_s(share):.2f}" for share in (0.5, 0.9, 0.99, 1.0)]
    answered = f"{len(result.latencies_s):,}"
    table.add_row(ask, answered, f"{result.num_errors:,}", f"{result.per_second:,.0f}", *figures)
    console = Console()
    console.print(table)
    for reason, count in sorted(result.errors.items()):
        console.print(f"{count:,} calls: {reason}", markup=False)
