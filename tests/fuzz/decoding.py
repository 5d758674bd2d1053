"""Bytes as the server takes them in: a message of the contract, then a question or a refusal."""

from collections.abc import Callable
from typing import Any, Final

from google.protobuf.message import DecodeError, Message

from data.errors import InputError
from serving import outfit_calls
from serving.catalogue_codec import decode_item_ids, decode_upserts
from serving.limits import required
from serving.overlay.errors import LogDamagedError
from serving.overlay.update_codec import decode_updates
from serving.pb.outfit.v1 import bundle_service_pb2, catalog_service_pb2, outfit_service_pb2

DECODERS: Final[tuple[tuple[type[Message], Callable[[Any], object]], ...]] = (
    (outfit_service_pb2.ScoreOutfitsRequest, outfit_calls.score_question),
    (outfit_service_pb2.FillInTheBlankRequest, outfit_calls.fill_question),
    (outfit_service_pb2.RetrieveComplementsRequest, outfit_calls.complements_question),
    (outfit_service_pb2.EmbedTargetRequest, outfit_calls.target_question),
    (outfit_service_pb2.ExplainOutfitRequest, outfit_calls.explain_question),
    (catalog_service_pb2.BatchGetItemsRequest, lambda request: decode_item_ids(request.item_ids)),
    (catalog_service_pb2.DeleteItemsRequest, lambda request: decode_item_ids(request.item_ids)),
    (catalog_service_pb2.UpsertItemsRequest, decode_upserts),
    (bundle_service_pb2.ActivateBundleRequest, lambda request: required(request.name, "name")),
)
"""Every message that is decoded, with what decodes it."""


def decode(data: bytes) -> bool:
    """Whether the bytes are foreseen and sound; the first says of which kind they are.

    What raises anything else is a fault of ours: the server would answer INTERNAL.
    """
    kind, payload = (data[0] if data else 0) % (len(DECODERS) + 1), data[1:]
    try:
        if kind == len(DECODERS):
            decode_updates(payload, "fuzz")
        else:
            message, decoder = DECODERS[kind]
            decoder(message.FromString(payload))
    except (DecodeError, InputError, LogDamagedError):
        return False
    return True
