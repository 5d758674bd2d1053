"""`outfit call`: ask a running server."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter, validators

from serving.commands import call_bundles, call_catalogue
from serving.commands.connection import (
    DEFAULT_CONNECTION,
    Connection,
    asking,
    show,
    silence_grpc,
    split,
)

if TYPE_CHECKING:
    from engine.requests import Filters
    from serving.client import OutfitClient

app = App(name="call", help="Ask a running server (`outfit serve`).")
for command in (
    call_catalogue.items,
    call_catalogue.categories,
    call_catalogue.upsert,
    call_catalogue.delete,
    call_bundles.bundles,
    call_bundles.activate,
    call_bundles.roll_back,
):
    app.command(command)

Count = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=1_000))]
Price = Annotated[float | None, Parameter(validator=validators.Number(gte=0))]
Share = Annotated[float | None, Parameter(validator=validators.Number(gte=0, lte=1))]


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
        answer = client.score([split(outfit) for outfit in items])
    rows = [
        (outfit, f"{one.logit:.4f}", f"{one.probability:.4f}")
        for outfit, one in zip(items, answer.scores, strict=True)
    ]
    show(answer, ("outfit", "logit", "probability"), rows, connection)


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
        answer = client.fill(split(context), split(candidates), slot=wanted)
    rows = [
        (str(rank), one.item_id, f"{one.logit:.4f}") for rank, one in enumerate(answer.ranked, 1)
    ]
    show(answer, ("rank", "item", "logit"), rows, connection)


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
            split(context),
            wanted,
            k=k,
            filters=_filters(wish),
            min_relevance=wish.min_relevance,
        )
    rows = [
        (str(rank), one.item_id, f"{one.similarity:.4f}", _number(one.relevance))
        for rank, one in enumerate(answer.complements, 1)
    ]
    show(answer, ("rank", "item", "similarity", "relevance"), rows, connection)


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

    names = split(items)
    with _client(connection) as client:
        answer = client.explain(names, filters=_filters(allowed))
    columns = ("item", "contribution", "alone", *(f"with {place}" for place in range(len(names))))
    show(answer, columns, explanation_rows(answer, names), connection)
    if not connection.json:
        print(*explanation_lines(answer, names), sep="\n")


def _filters(allowed: Allowed) -> "Filters":
    from engine.requests import Filters

    return Filters(
        exclude=frozenset(split(allowed.exclude)),
        min_price=allowed.min_price,
        max_price=allowed.max_price,
        in_stock_only=allowed.in_stock_only,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _client(connection: Connection) -> "AbstractContextManager[OutfitClient]":
    silence_grpc()
    from serving.client import OutfitClient

    return asking(OutfitClient, connection)
