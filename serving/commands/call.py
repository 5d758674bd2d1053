"""`outfit call`: ask a running server."""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter, validators

if TYPE_CHECKING:
    from engine.requests import Filters
    from serving.client import OutfitClient
    from serving.client_codec import Answer

app = App(name="call", help="Ask a running server (`outfit serve`).")

Count = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=1_000))]
Price = Annotated[float | None, Parameter(validator=validators.Number(gte=0))]
Share = Annotated[float | None, Parameter(validator=validators.Number(gte=0, lte=1))]
Seconds = Annotated[float, Parameter(validator=validators.Number(gt=0))]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Whom to ask and how to show the answer."""

    address: str = "127.0.0.1:50051"
    """Host and port of the server."""

    deadline_s: Seconds = 10.0
    """Seconds to wait for the answer."""

    tls_ca: Path | None = None
    """Authorities (PEM) of which one vouches for the server; without any, calls are in clear."""

    tls_cert: Path | None = None
    """The client's own certificate chain (PEM), for a server that asks for one."""

    tls_key: Path | None = None
    """The private key of that certificate (PEM)."""

    api_key_file: Path | None = None
    """The file that holds an API key; without it, the variable OUTFIT_API_KEY does."""

    json: Annotated[bool, Parameter(negative="")] = False
    """Print the answer as JSON instead of a table."""


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Which catalogue items may come back."""

    exclude: str = ""
    """Items that may not come back: identifiers separated by commas."""

    min_price: Price = None
    """Lowest price, inclusive."""

    max_price: Price = None
    """Highest price, inclusive."""

    in_stock_only: Annotated[bool, Parameter(negative="")] = False
    """Only items in stock."""


DEFAULT_CONNECTION = Connection()
ALL_ALLOWED = Allowed()


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Wish(Allowed):
    """What the blank is for and which items may come back."""

    slot: str | None = None
    """Category or coarse slot that is wanted, such as shoes."""

    text: str | None = None
    """What is wanted, in words."""

    min_relevance: Share = None
    """Least relevance, from 0 to 1; fewer than k items may reach it, or none."""


DEFAULT_WISH = Wish()


@app.command
def score(*, items: list[str], connection: Connection = DEFAULT_CONNECTION) -> None:
    """Say how well the items of each outfit go together.

    Example: `outfit call score --address 127.0.0.1:50051 --items item-1,item-2,item-3`

    Args:
        items: an outfit's item identifiers, separated by commas; repeat the flag for more outfits.
        connection: whom to ask and how to show the answer.
    """
    with _client(connection) as client:
        answer = client.score([_split(outfit) for outfit in items])
    rows = [
        (outfit, f"{one.logit:.4f}", f"{one.probability:.4f}")
        for outfit, one in zip(items, answer.scores, strict=True)
    ]
    _show(answer, ("outfit", "logit", "probability"), rows, connection)


@app.command
def fill(
    *,
    context: str,
    candidates: str,
    slot: str | None = None,
    text: str | None = None,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """Rank candidates by how well each completes a partial outfit.

    Example: `outfit call fill --context item-1,item-2 --candidates item-3,item-4,item-5`

    Args:
        context: the item identifiers of the partial outfit, separated by commas.
        candidates: the item identifiers to rank, separated by commas.
        slot: category or coarse slot of the blank.
        text: what is wanted, in words.
        connection: whom to ask and how to show the answer.
    """
    from engine.requests import Slot

    wanted = Slot(category=slot, text=text) if slot or text else None
    with _client(connection) as client:
        answer = client.fill(_split(context), _split(candidates), slot=wanted)
    rows = [
        (str(rank), one.item_id, f"{one.logit:.4f}") for rank, one in enumerate(answer.ranked, 1)
    ]
    _show(answer, ("rank", "item", "logit"), rows, connection)


@app.command
def complements(
    *,
    context: str,
    k: Count = 10,
    wish: Wish = DEFAULT_WISH,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """Find catalogue items that complete a partial outfit in one slot.

    Example: `outfit call complements --context item-1,item-2 --slot shoes --k 5`

    Args:
        context: the item identifiers of the partial outfit, separated by commas.
        k: how many to return.
        wish: what the blank is for and which items may come back.
        connection: whom to ask and how to show the answer.
    """
    from engine.requests import Slot

    wanted = Slot(category=wish.slot, text=wish.text)
    with _client(connection) as client:
        answer = client.complements(
            _split(context),
            wanted,
            k=k,
            filters=_filters(wish),
            min_relevance=wish.min_relevance,
        )
    rows = [
        (str(rank), one.item_id, f"{one.similarity:.4f}", _number(one.relevance))
        for rank, one in enumerate(answer.complements, 1)
    ]
    _show(answer, ("rank", "item", "similarity", "relevance"), rows, connection)


@app.command
def explain(
    *, items: str, allowed: Allowed = ALL_ALLOWED, connection: Connection = DEFAULT_CONNECTION
) -> None:
    """Say what each item and each pair adds to an outfit, and what to put for the weakest.

    Example: `outfit call explain --items item-1,item-2,item-3 --in-stock-only`

    Args:
        items: the outfit's item identifiers, separated by commas.
        allowed: which catalogue items may be proposed.
        connection: whom to ask and how to show the answer.
    """
    from serving.explanation_table import explanation_lines, explanation_rows

    names = _split(items)
    with _client(connection) as client:
        answer = client.explain(names, filters=_filters(allowed))
    columns = ("item", "contribution", "alone", *(f"with {place}" for place in range(len(names))))
    _show(answer, columns, explanation_rows(answer, names), connection)
    if not connection.json:
        print(*explanation_lines(answer, names), sep="\n")


def _filters(allowed: Allowed) -> "Filters":
    from engine.requests import Filters

    return Filters(
        exclude=frozenset(_split(allowed.exclude)),
        min_price=allowed.min_price,
        max_price=allowed.max_price,
        in_stock_only=allowed.in_stock_only,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _client(connection: Connection) -> "OutfitClient":
    from serving.client import OutfitClient
    from serving.security.channel import Credentials, find_key

    credentials = Credentials(
        tls_ca=connection.tls_ca,
        tls_cert=connection.tls_cert,
        tls_key=connection.tls_key,
        api_key=find_key(connection.api_key_file),
    )
    return OutfitClient(
        connection.address, deadline_s=connection.deadline_s, credentials=credentials
    )


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def _show(
    answer: "Answer", columns: Sequence[str], rows: Iterable[Sequence[str]], connection: Connection
) -> None:
    if connection.json:
        print(json.dumps(dataclasses.asdict(answer)))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, caption=f"bundle {answer.bundle_id}")
    for row in rows:
        table.add_row(*row)
    console = Console()
    console.print(table)
    for lack in answer.missing:
        console.print(f"{lack.field} was judged without its {lack.modality}", markup=False)
