"""The methods of CatalogService: reads go through the batcher, updates into the log as well."""

from collections.abc import Sequence
from typing import Any

from engine.questions import CategoriesQuestion, ItemsQuestion, UpsertQuestion
from engine.updates import ItemDeletion, ItemUpdate
from serving.batcher import Batcher
from serving.catalogue_codec import (
    FRAME_BYTES,
    decode_item_ids,
    decode_upserts,
    encode_category,
    encode_items,
)
from serving.limits import MAX_MESSAGE_BYTES
from serving.overlay.overlay import Overlay
from serving.pb.outfit.v1 import catalog_service_pb2 as pb
from serving.pb.outfit.v1 import catalog_service_pb2_grpc, provenance_pb2
from serving.reply import Reply


class CatalogueServicer(catalog_service_pb2_grpc.CatalogServiceServicer):
    """Answers CatalogService through one batcher, and applies updates to one overlay.

    Errors pass through: the interceptor turns them into statuses.
    """

    def __init__(self, batcher: Batcher, overlay: Overlay) -> None:
        self._batcher, self._overlay = batcher, overlay

    async def BatchGetItems(  # noqa: N802 - the contract's name
        self, request: pb.BatchGetItemsRequest, context: Any
    ) -> pb.BatchGetItemsResponse:
        """Return items as they are now."""
        reply = await self._items(request.item_ids, context)
        answer: Any = reply.answer
        room = MAX_MESSAGE_BYTES - reply.provenance.ByteSize() - FRAME_BYTES
        return pb.BatchGetItemsResponse(
            provenance=reply.provenance, items=encode_items(answer, room=room)
        )

    async def UpsertItems(  # noqa: N802 - the contract's name
        self, request: pb.UpsertItemsRequest, context: Any
    ) -> pb.UpsertItemsResponse:
        """Change prices and availability, add items, or describe them anew."""
        question = UpsertQuestion(upserts=decode_upserts(request))
        reply = await self._batcher.ask(question, remaining_s=context.time_remaining())
        updates: Any = reply.answer
        return pb.UpsertItemsResponse(
            provenance=await self._applied(updates, reply), missing=reply.missing
        )

    async def DeleteItems(  # noqa: N802 - the contract's name
        self, request: pb.DeleteItemsRequest, context: Any
    ) -> pb.DeleteItemsResponse:
        """Take items out of the catalogue."""
        reply = await self._items(request.item_ids, context)
        unknown = set(reply.provenance.missing_item_ids)
        deletions = [ItemDeletion(item_id=name) for name in request.item_ids if name not in unknown]
        return pb.DeleteItemsResponse(provenance=await self._applied(deletions, reply))

    async def ListCategories(  # noqa: N802 - the contract's name
        self,
        request: pb.ListCategoriesRequest,  # noqa: ARG002 - gRPC's signature
        context: Any,
    ) -> pb.ListCategoriesResponse:
        """Return the categories that items have now."""
        reply = await self._batcher.ask(CategoriesQuestion(), remaining_s=context.time_remaining())
        answer: Any = reply.answer
        return pb.ListCategoriesResponse(
            provenance=reply.provenance, categories=[encode_category(each) for each in answer]
        )

    async def _items(self, item_ids: Sequence[str], context: Any) -> Reply:
        question = ItemsQuestion(item_ids=decode_item_ids(item_ids))
        return await self._batcher.ask(question, remaining_s=context.time_remaining())

    async def _applied(
        self, updates: Sequence[ItemUpdate], reply: Reply
    ) -> provenance_pb2.Provenance:
        """What the reply says of itself, with the version that holds the updates."""
        provenance = provenance_pb2.Provenance()
        provenance.CopyFrom(reply.provenance)
        if updates:
            provenance.overlay_version = await self._overlay.apply(updates)
        return provenance
