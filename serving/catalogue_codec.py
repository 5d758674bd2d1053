"""Requests of CatalogService turned into the engine's words, and its answers back."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from data.errors import DuplicateError, SchemaError
from data.tables import AVAILABILITY
from engine.requests import CatalogueItem, CategoryCount, Upsert
from serving.codec import decode_content
from serving.limits import MAX_ITEM_IDS, MAX_MESSAGE_BYTES, MAX_UPSERTS, check_count, required
from serving.pb.outfit.v1 import catalog_service_pb2 as pb
from serving.pb.outfit.v1 import item_pb2
from serving.picture_limits import check_pictures

FRAME_BYTES: Final = 6
"""Of an item in an answer, beside its own."""
NAMES: Final = {
    pb.Availability.Value(f"AVAILABILITY_{name.upper()}"): name for name in AVAILABILITY
}


def decode_item_ids(item_ids: Sequence[str]) -> list[str]:
    """Identifiers, each once.

    Raises:
        SchemaError: there are none or too many, or one is malformed.
        DuplicateError: one stands twice.
    """
    check_count(item_ids, MAX_ITEM_IDS, "item_ids")
    seen: set[str] = set()
    for position, item_id in enumerate(item_ids):
        field = f"item_ids[{position}]"
        if required(item_id, field) in seen:
            raise DuplicateError(expected="each item once", got=item_id, field=field)
        seen.add(item_id)
    return list(item_ids)


def decode_upserts(request: pb.UpsertItemsRequest) -> list[Upsert]:
    """What becomes of items.

    Raises:
        SchemaError: a field is missing, malformed or beyond a limit, or an upsert says nothing.
        DuplicateError: an item names an attribute or a feature twice.
    """
    check_count(request.items, MAX_UPSERTS, "items")
    upserts = [
        _decode_upsert(message, f"items[{position}]")
        for position, message in enumerate(request.items)
    ]
    check_pictures((one.content.image for one in upserts if one.content is not None), "items")
    return upserts


def encode_item(item: CatalogueItem) -> pb.CatalogItem:
    """An item as the catalogue knows it."""
    return pb.CatalogItem(
        item_id=item.item_id,
        group_id=item.group_id or "",
        title=item.title or "",
        description=item.description or "",
        category=item.category,
        slot=item.slot or "",
        attributes=[item_pb2.Attribute(name=k, value=v) for k, v in item.attributes.items()],
        price=item.price,
        currency=item.currency or "",
        availability=f"AVAILABILITY_{(item.availability or 'unspecified').upper()}",
        popularity=item.popularity,
        updated=item.updated,
    )


def encode_items(items: Sequence[CatalogueItem], *, room: int) -> list[pb.CatalogItem]:
    """Items as the catalogue knows them.

    Args:
        items: in the order of the answer.
        room: bytes that they may take in it; none is encoded after those that exceed them.

    Raises:
        SchemaError: they take more.
    """
    encoded = list[pb.CatalogItem]()
    for item in items:
        encoded.append(encode_item(item))
        room -= encoded[-1].ByteSize() + FRAME_BYTES
        if room < 0:
            raise SchemaError(
                expected=f"items of at most {MAX_MESSAGE_BYTES >> 20} MiB together",
                got=f"more in the first {len(encoded)} of {len(items)}: ask for fewer",
                field="item_ids",
            )
    return encoded


def encode_category(counted: CategoryCount) -> pb.Category:
    """A category and how many items it has."""
    return pb.Category(
        category=counted.category, slot=counted.slot or "", num_items=counted.num_items
    )


def _decode_upsert(message: pb.ItemUpsert, field: str) -> Upsert:
    described = message.HasField("content")
    upsert = Upsert(
        item_id=required(message.item_id, f"{field}.item_id"),
        content=decode_content(message.content, f"{field}.content") if described else None,
        price=_price(message, f"{field}.price"),
        availability=_availability(message, f"{field}.availability"),
    )
    if upsert.content is None and upsert.price is None and upsert.availability is None:
        raise SchemaError(
            expected="content, a price or an availability", got="none of them", field=field
        )
    if upsert.content is not None and upsert.content.category is None:
        raise SchemaError(
            expected="a category of the item", got="none", field=f"{field}.content.category"
        )
    return upsert


def _price(message: pb.ItemUpsert, field: str) -> float | None:
    if not message.HasField("price"):
        return None
    if not (np.isfinite(message.price) and message.price >= 0):
        raise SchemaError(
            expected="a finite price of 0 or more", got=str(message.price), field=field
        )
    return message.price


def _availability(message: pb.ItemUpsert, field: str) -> str | None:
    number = message.availability
    if number and number not in NAMES:
        raise SchemaError(expected="an availability", got=str(number), field=field)
    return NAMES.get(number)
