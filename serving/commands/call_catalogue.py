"""`outfit call items`, `categories`, `upsert` and `delete`: the catalogue of a running server."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter, validators

from serving.commands.connection import (
    DEFAULT_CONNECTION,
    Connection,
    asking,
    show,
    silence_grpc,
    split,
)

if TYPE_CHECKING:
    from engine.requests import ItemContent
    from serving.catalogue_client import CatalogueClient

Price = Annotated[float | None, Parameter(validator=validators.Number(gte=0))]
Picture = Annotated[Path | None, Parameter(validator=validators.Path(exists=True, dir_okay=False))]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is known of a new item, or of one that is described anew."""

    category: str | None = None
    """Fine category or coarse slot; with it the item is described, and needs no other word."""

    title: str | None = None
    """Title."""

    description: str | None = None
    """Description."""

    attributes: str = ""
    """Names and values, such as colour=navy,fabric=denim."""

    image: Picture = None
    """File of a picture."""


UNDESCRIBED = Description()


def items(*, items: str, connection: Connection = DEFAULT_CONNECTION) -> None:
    """Show items as they are now.

    Example: `outfit call items --items item-1,item-2`

    Args:
        items: item identifiers, separated by commas.
        connection: whom to ask and how to show the answer.
    """
    with _client(connection) as client:
        answer = client.items(split(items))
    rows = [
        (
            one.item_id,
            one.category,
            one.title or "",
            "" if one.price is None else f"{one.price:.2f} {one.currency or ''}".rstrip(),
            one.availability or "",
            "yes" if one.updated else "",
        )
        for one in answer.items
    ]
    columns = ("item", "category", "title", "price", "availability", "updated")
    show(answer, columns, rows, connection)


def categories(*, connection: Connection = DEFAULT_CONNECTION) -> None:
    """Show the categories that items have now.

    Example: `outfit call categories --address 127.0.0.1:50051`

    Args:
        connection: whom to ask and how to show the answer.
    """
    with _client(connection) as client:
        answer = client.categories()
    rows = [(one.category, one.slot or "", str(one.num_items)) for one in answer.categories]
    show(answer, ("category", "slot", "items"), rows, connection)


def upsert(
    *,
    item: str,
    price: Price = None,
    availability: Literal["in_stock", "out_of_stock", "preorder", "backorder"] | None = None,
    described: Description = UNDESCRIBED,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """Change the price or the stock of an item, or describe it, known or new.

    Example: `outfit call upsert --item item-1 --price 19.5 --availability in_stock`

    Args:
        item: its identifier.
        price: in the catalogue's currency.
        availability: whether it can be bought.
        described: what is known of it, in the place of all that was.
        connection: whom to ask and how to show the answer.
    """
    from engine.requests import Upsert

    change = Upsert(
        item_id=item, content=_content(described), price=price, availability=availability
    )
    with _client(connection) as client:
        answer = client.upsert([change])
    show(answer, ("updated",), [(item,)], connection)


def delete(*, items: str, connection: Connection = DEFAULT_CONNECTION) -> None:
    """Take items out of the catalogue.

    Example: `outfit call delete --items item-1,item-2`

    Args:
        items: item identifiers, separated by commas.
        connection: whom to ask and how to show the answer.
    """
    names = split(items)
    with _client(connection) as client:
        answer = client.delete(names)
    gone = [(name,) for name in names if name not in answer.missing_item_ids]
    show(answer, ("deleted",), gone, connection)


def _content(described: Description) -> "ItemContent | None":
    from data.errors import SchemaError
    from engine.requests import ItemContent

    if described == UNDESCRIBED:
        return None
    pairs = [pair.partition("=") for pair in split(described.attributes)]
    for name, _, value in pairs:
        if not (name and value):
            raise SchemaError(
                expected="attributes such as colour=navy",
                got=repr(described.attributes),
                field="attributes",
            )
    return ItemContent(
        category=described.category,
        title=described.title,
        description=described.description,
        attributes={name: value for name, _, value in pairs},
        image=described.image.read_bytes() if described.image else None,
    )


def _client(connection: Connection) -> "AbstractContextManager[CatalogueClient]":
    silence_grpc()
    from serving.catalogue_client import CatalogueClient

    return asking(CatalogueClient, connection)
