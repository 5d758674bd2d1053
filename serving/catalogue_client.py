"""A client of the catalogue: items as they are now, and updates of them.

with CatalogueClient("127.0.0.1:50051") as client:
    client.upsert([Upsert(item_id="shirt-1", price=19.0, availability="in_stock")])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.requests import CatalogueItem, CategoryCount, Upsert
from serving import client_codec
from serving.catalogue_codec import NAMES
from serving.client_channel import ATTEMPTS, DEADLINE_S, Client
from serving.client_codec import Answer
from serving.pb.outfit.v1 import catalog_service_pb2 as pb
from serving.pb.outfit.v1 import catalog_service_pb2_grpc
from serving.security.channel import NO_CREDENTIALS, Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsAnswer(Answer):
    """Those of the items that the catalogue holds; the others are `missing_item_ids`."""

    items: tuple[CatalogueItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoriesAnswer(Answer):
    """The categories of all items, sorted by name."""

    categories: tuple[CategoryCount, ...]


class CatalogueClient(Client):
    """Asks CatalogService; to be used in a `with` block. Every method raises CallError."""

    def __init__(
        self,
        address: str,
        *,
        deadline_s: float = DEADLINE_S,
        attempts: int = ATTEMPTS,
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        super().__init__(address, deadline_s=deadline_s, attempts=attempts, credentials=credentials)
        self._stub: Any = catalog_service_pb2_grpc.CatalogServiceStub(self._channel)  # type: ignore[no-untyped-call] # generated

    def items(self, item_ids: Sequence[str]) -> ItemsAnswer:
        """What the catalogue knows of items."""
        request = pb.BatchGetItemsRequest(item_ids=item_ids)
        response = self._call(self._stub.BatchGetItems, request)
        items = tuple(map(_item, response.items))
        return ItemsAnswer(**client_codec.common(response), items=items)

    def upsert(self, upserts: Sequence[Upsert]) -> Answer:
        """Change items or add them; all of them or none.

        From the `overlay_version` of the answer on, answers take the updates into account.
        """
        request = pb.UpsertItemsRequest(items=[_encoded(upsert) for upsert in upserts])
        return Answer(**client_codec.common(self._call(self._stub.UpsertItems, request)))

    def delete(self, item_ids: Sequence[str]) -> Answer:
        """Take items out of the catalogue; `missing_item_ids` were not in it."""
        request = pb.DeleteItemsRequest(item_ids=item_ids)
        return Answer(**client_codec.common(self._call(self._stub.DeleteItems, request)))

    def categories(self) -> CategoriesAnswer:
        """The categories that items have now."""
        response = self._call(self._stub.ListCategories, pb.ListCategoriesRequest())
        categories = tuple(
            CategoryCount(category=one.category, slot=one.slot or None, num_items=one.num_items)
            for one in response.categories
        )
        return CategoriesAnswer(**client_codec.common(response), categories=categories)


def _encoded(upsert: Upsert) -> pb.ItemUpsert:
    return pb.ItemUpsert(
        item_id=upsert.item_id,
        content=None if upsert.content is None else client_codec.encode_content(upsert.content),
        price=upsert.price,
        availability=f"AVAILABILITY_{(upsert.availability or 'unspecified').upper()}",
    )


def _item(message: pb.CatalogItem) -> CatalogueItem:
    return CatalogueItem(
        item_id=message.item_id,
        group_id=message.group_id or None,
        title=message.title or None,
        description=message.description or None,
        category=message.category,
        slot=message.slot or None,
        attributes={one.name: one.value for one in message.attributes},
        price=message.price if message.HasField("price") else None,
        currency=message.currency or None,
        availability=NAMES.get(message.availability),
        popularity=message.popularity if message.HasField("popularity") else None,
        updated=message.updated,
    )
