"""Whom `outfit call` asks, and how it shows the answer."""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

if TYPE_CHECKING:
    from serving.client_codec import Answer

Seconds = Annotated[float, Parameter(validator=validators.Number(gt=0))]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Whom to ask and how to show the answer."""

    address: str = "127.0.0.1:50051"
    """Host and port of the server."""

    deadline_s: Seconds = 10.0
    """Seconds to wait for the answer."""

    json: Annotated[bool, Parameter(negative="")] = False
    """Print the answer as JSON instead of a table."""


DEFAULT_CONNECTION = Connection()


def split(names: str) -> list[str]:
    """Names separated by commas."""
    return [name.strip() for name in names.split(",") if name.strip()]


def show(
    answer: "Answer", columns: Sequence[str], rows: Iterable[Sequence[str]], connection: Connection
) -> None:
    """Print an answer as a table, or as JSON."""
    if connection.json:
        print(json.dumps(dataclasses.asdict(answer)))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, caption=_caption(answer))
    for row in rows:
        table.add_row(*row)
    console = Console()
    console.print(table)
    for lack in answer.missing:
        console.print(f"{lack.field} was judged without its {lack.modality}", markup=False)
    if answer.missing_item_ids:
        names = ", ".join(answer.missing_item_ids)
        console.print(f"not in the catalogue: {names}", markup=False)


def _caption(answer: "Answer") -> str:
    updates = f", {answer.overlay_version} updates" if answer.overlay_version else ""
    return f"bundle {answer.bundle_id}{updates}"
