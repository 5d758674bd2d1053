"""Requests turned into the engine's words, within the limits that the contract states, and back."""

from collections.abc import Iterable, Sequence

import numpy as np

from data.errors import DuplicateError, SchemaError
from engine.requests import (
    Complement,
    Filters,
    Item,
    ItemContent,
    OutfitScore,
    RankedCandidate,
    Slot,
)
from serving.limits import (
    MAX_ATTRIBUTES,
    MAX_CANDIDATES,
    MAX_COMPLEMENTS,
    MAX_EXCLUDED,
    MAX_IMAGE_BYTES,
    MAX_INLINE_ITEMS,
    MAX_ITEMS,
    MAX_NAME_LENGTH,
    MAX_OUTFITS,
    MAX_TEXT_LENGTH,
    MAX_VECTOR_LENGTH,
    MAX_VECTORS,
    check_at_most,
    check_count,
    optional,
    required,
)
from serving.pb.outfit.v1 import item_pb2, provenance_pb2
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from serving.picture_limits import check_picture, check_pictures


def decode_outfits(request: pb.ScoreOutfitsRequest) -> list[list[Item]]:
    """The outfits to score.

    Raises:
        SchemaError: a field is missing, malformed or beyond a limit.
        DuplicateError: an item names an attribute or a feature twice.
    """
    check_count(request.outfits, MAX_OUTFITS, "outfits")
    outfits = [
        decode_items(outfit.items, f"outfits[{number}].items")
        for number, outfit in enumerate(request.outfits)
    ]
    check_inline([item for outfit in outfits for item in outfit], "outfits")
    return outfits


def decode_question(
    request: pb.FillInTheBlankRequest,
) -> tuple[list[Item], list[Item], Slot | None]:
    """The context, the candidates and the slot, if one is given; raises as `decode_outfits`."""
    context = decode_items(request.context, "context")
    candidates = decode_items(request.candidates, "candidates", limit=MAX_CANDIDATES)
    check_inline([*context, *candidates], "candidates")
    return context, candidates, decode_slot(request) if request.HasField("slot") else None


def decode_items(
    messages: Sequence[item_pb2.Item], field: str, *, limit: int = MAX_ITEMS
) -> list[Item]:
    """Between 1 and `limit` items; raises as `decode_outfits`."""
    check_count(messages, limit, field)
    items = [
        _decode_item(message, f"{field}[{position}]") for position, message in enumerate(messages)
    ]
    check_inline(items, field)
    return items


def decode_slot(
    request: pb.FillInTheBlankRequest | pb.RetrieveComplementsRequest | pb.EmbedTargetRequest,
) -> Slot:
    """The slot, which has to name a category, a text, or both; raises SchemaError."""
    message = request.slot
    if not (message.category or message.text):
        raise SchemaError(expected="a category, a text or both", got="neither", field="slot")
    return Slot(
        category=optional(message.category, "slot.category", limit=MAX_NAME_LENGTH),
        text=optional(message.text, "slot.text"),
    )


def decode_count(request: pb.RetrieveComplementsRequest) -> int:
    """How many complements are wanted; raises SchemaError outside 1 to 1,000."""
    if not 1 <= request.k <= MAX_COMPLEMENTS:
        raise SchemaError(expected=f"1 to {MAX_COMPLEMENTS}", got=str(request.k), field="k")
    return request.k


def decode_relevance(request: pb.RetrieveComplementsRequest) -> float | None:
    """The least relevance, None where none is asked; raises SchemaError outside 0 to 1."""
    if not request.HasField("min_relevance"):
        return None
    if not 0 <= request.min_relevance <= 1:
        raise SchemaError(expected="0 to 1", got=str(request.min_relevance), field="min_relevance")
    return request.min_relevance


def decode_filters(
    request: pb.RetrieveComplementsRequest | pb.ExplainOutfitRequest,
) -> Filters:
    """The filters; none given lets everything pass; raises SchemaError."""
    message = request.filters
    field = "filters.exclude_item_ids"
    if message.exclude_item_ids:
        check_count(message.exclude_item_ids, MAX_EXCLUDED, field)
    low = _price(message, "min_price")
    high = _price(message, "max_price")
    if low is not None and high is not None and low > high:
        raise SchemaError(
            expected=f"at least min_price {low}", got=str(high), field="filters.max_price"
        )
    return Filters(
        exclude=frozenset(_names(message.exclude_item_ids, field)),
        min_price=low,
        max_price=high,
        in_stock_only=message.in_stock_only,
    )


def encode_scores(
    provenance: provenance_pb2.Provenance, scores: Sequence[OutfitScore]
) -> pb.ScoreOutfitsResponse:
    """One score for each outfit, and what their items lacked."""
    return pb.ScoreOutfitsResponse(
        provenance=provenance,
        scores=[
            pb.OutfitScore(logit=score.logit, probability=score.probability) for score in scores
        ],
        missing=[
            message
            for number, score in enumerate(scores)
            for message in encode_missing(score.missing, f"outfits[{number}].items")
        ],
    )


def encode_ranked(
    provenance: provenance_pb2.Provenance,
    ranked: Sequence[RankedCandidate],
    missing: Iterable[provenance_pb2.MissingModality],
) -> pb.FillInTheBlankResponse:
    """The candidates, best first."""
    return pb.FillInTheBlankResponse(
        provenance=provenance,
        ranked=[
            pb.RankedCandidate(position=one.position, item_id=one.item_id, logit=one.logit)
            for one in ranked
        ],
        missing=missing,
    )


def encode_complements(
    provenance: provenance_pb2.Provenance,
    complements: Sequence[Complement],
    missing: Iterable[provenance_pb2.MissingModality],
) -> pb.RetrieveComplementsResponse:
    """The complements, best first."""
    response = pb.RetrieveComplementsResponse(provenance=provenance, missing=missing)
    for one in complements:  # in place: messages that are given to another are copied
        complement = response.complements.add()
        complement.item_id, complement.similarity = one.item_id, one.similarity
        if one.relevance is not None:
            complement.relevance = one.relevance
    return response


def encode_target(
    provenance: provenance_pb2.Provenance,
    vector: np.ndarray,
    missing: Iterable[provenance_pb2.MissingModality],
) -> pb.EmbedTargetResponse:
    """The vector of what is wanted."""
    return pb.EmbedTargetResponse(
        provenance=provenance,
        vector=vector.tolist(),
        missing=missing,
    )


def encode_missing(missing: Sequence[str], field: str) -> list[provenance_pb2.MissingModality]:
    """Modalities that items lacked, given as `position:modality` within `field`."""
    pairs = [entry.split(":", 1) for entry in missing]
    return [
        provenance_pb2.MissingModality(field=f"{field}[{position}]", modality=modality)
        for position, modality in pairs
    ]


def _decode_item(message: item_pb2.Item, field: str) -> Item:
    match message.WhichOneof("source"):
        case "item_id":
            return required(message.item_id, f"{field}.item_id")
        case "content":
            return decode_content(message.content, f"{field}.content")
    raise SchemaError(expected="item_id or content", got="neither", field=field)


def decode_content(message: item_pb2.ItemContent, field: str) -> ItemContent:
    """What is known of an inline item; raises as `decode_outfits`."""
    if not message.ListFields():
        raise SchemaError(expected="at least one field", got="none", field=field)
    if len(message.image) > MAX_IMAGE_BYTES:
        raise SchemaError(
            expected=f"at most {MAX_IMAGE_BYTES} bytes",
            got=str(len(message.image)),
            field=f"{field}.image",
        )
    if message.image:
        check_picture(message.image, f"{field}.image")
    return ItemContent(
        category=optional(message.category, f"{field}.category", limit=MAX_NAME_LENGTH),
        title=optional(message.title, f"{field}.title"),
        description=optional(message.description, f"{field}.description"),
        attributes=_decode_attributes(message.attributes, f"{field}.attributes"),
        price=message.price if message.HasField("price") else None,
        image=message.image or None,
        vectors=_decode_vectors(message.vectors, f"{field}.vectors"),
    )


def _decode_attributes(messages: Sequence[item_pb2.Attribute], field: str) -> dict[str, str]:
    check_at_most(messages, MAX_ATTRIBUTES, field)
    attributes: dict[str, str] = {}
    for position, message in enumerate(messages):
        here = f"{field}[{position}]"
        name = required(message.name, f"{here}.name")
        if name in attributes:
            raise DuplicateError(expected="each name once", got=name, field=f"{here}.name")
        attributes[name] = required(message.value, f"{here}.value", limit=MAX_TEXT_LENGTH)
    return attributes


def _decode_vectors(
    messages: Sequence[item_pb2.FeatureVector], field: str
) -> dict[str, np.ndarray]:
    check_at_most(messages, MAX_VECTORS, field)
    vectors: dict[str, np.ndarray] = {}
    for position, message in enumerate(messages):
        here = f"{field}[{position}]"
        feature = required(message.feature, f"{here}.feature")
        if feature in vectors:
            raise DuplicateError(expected="each feature once", got=feature, field=f"{here}.feature")
        check_count(message.values, MAX_VECTOR_LENGTH, f"{here}.values")
        vectors[feature] = np.array(message.values, dtype=np.float32)
        if not np.isfinite(vectors[feature]).all():
            raise SchemaError(
                expected="finite numbers", got="NaN or infinity", field=f"{here}.values"
            )
    return vectors


def _price(message: pb.Filters, name: str) -> float | None:
    if not message.HasField(name):
        return None
    price = float(getattr(message, name))
    if not (np.isfinite(price) and price >= 0):
        raise SchemaError(
            expected="a finite price of 0 or more", got=str(price), field=f"filters.{name}"
        )
    return price


def _names(names: Sequence[str], field: str) -> list[str]:
    return [required(name, f"{field}[{position}]") for position, name in enumerate(names)]


def check_inline(items: Sequence[Item], field: str) -> None:
    """Refuse more inline items, or larger ones, than a request may hold; raises SchemaError."""
    inline = [item for item in items if isinstance(item, ItemContent)]
    if len(inline) > MAX_INLINE_ITEMS:
        raise SchemaError(
            expected=f"at most {MAX_INLINE_ITEMS} inline items", got=str(len(inline)), field=field
        )
    check_pictures((item.image for item in inline), field)
