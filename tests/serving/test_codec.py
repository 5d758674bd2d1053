"""Limits at their edges, round trips, and arbitrary messages."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DuplicateError, InputError, SchemaError
from engine.requests import Filters, Item, ItemContent, OutfitScore, Slot
from serving import client_codec, codec
from serving.errors import INTERNAL, refusal_of
from serving.pb.outfit.v1 import item_pb2, provenance_pb2
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from tests.serving.claimed_pictures import png
from tests.serving.contract_messages import messages

A = item_pb2.Item(item_id="a")


def content(**fields: object) -> list[item_pb2.Item]:
    return [item_pb2.Item(content=item_pb2.ItemContent(**fields))]  # type: ignore[arg-type]


def score(items: list[item_pb2.Item]) -> pb.ScoreOutfitsRequest:
    return pb.ScoreOutfitsRequest(outfits=[item_pb2.Outfit(items=items)])


def vector(*values: float, feature: str = "text") -> item_pb2.FeatureVector:
    return item_pb2.FeatureVector(feature=feature, values=values)


ITEMS_AT_THE_LIMIT = {
    "items": [A] * 32,
    "item_id": [item_pb2.Item(item_id="é" * 256)],
    "title": content(title="é" * 2_000),
    "image": content(image=png(1, 1).ljust(8 * 2**20)),
    "attributes": content(
        attributes=[item_pb2.Attribute(name=str(n), value="v") for n in range(64)]
    ),
    "vectors": content(vectors=[vector(0.0, feature=str(n)) for n in range(16)]),
    "values": content(vectors=[vector(*[0.0] * 4_096)]),
}


@pytest.mark.parametrize("items", ITEMS_AT_THE_LIMIT.values(), ids=ITEMS_AT_THE_LIMIT.keys())
def test_an_outfit_at_a_limit_passes(items: list[item_pb2.Item]):
    assert len(codec.decode_outfits(score(items))[0]) == len(items)


ITEMS_BEYOND = {
    "outfits[0].items": [A] * 33,
    "outfits[0].items[1]": [A, item_pb2.Item()],
    "outfits[0].items[0].item_id": [item_pb2.Item(item_id="")],
    "outfits[0].items[1].item_id": [A, item_pb2.Item(item_id="é" * 257)],
    "outfits[0].items[0].content": content(),
    "outfits[0].items[0].content.category": content(category="c" * 257),
    "outfits[0].items[0].content.title": content(title="t" * 2_001),
    "outfits[0].items[0].content.description": content(description="d" * 2_001),
    "outfits[0].items[0].content.image": content(image=bytes(8 * 2**20 + 1)),
    "outfits[0].items[0].content.attributes": content(
        attributes=[item_pb2.Attribute(name=str(n), value="v") for n in range(65)]
    ),
    "outfits[0].items[0].content.attributes[0].name": content(
        attributes=[item_pb2.Attribute(value="v")]
    ),
    "outfits[0].items[0].content.attributes[0].value": content(
        attributes=[item_pb2.Attribute(name="n")]
    ),
    "outfits[0].items[0].content.vectors": content(
        vectors=[vector(0.0, feature=str(n)) for n in range(17)]
    ),
    "outfits[0].items[0].content.vectors[0].feature": content(vectors=[vector(0.0, feature="")]),
    "outfits[0].items[0].content.vectors[0].values": content(vectors=[vector(*[0.0] * 4_097)]),
}


@pytest.mark.parametrize(("field", "items"), ITEMS_BEYOND.items(), ids=ITEMS_BEYOND.keys())
def test_an_outfit_beyond_a_limit_names_the_field(field: str, items: list[item_pb2.Item]):
    with pytest.raises(SchemaError) as caught:
        codec.decode_outfits(score(items))
    assert caught.value.field == field


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_vector_has_to_be_finite(value: float):
    with pytest.raises(SchemaError, match="finite"):
        codec.decode_outfits(score(content(vectors=[vector(1.0, value)])))


@pytest.mark.parametrize(
    ("field", "items"),
    [
        (
            "outfits[0].items[0].content.attributes[1].name",
            content(
                attributes=[item_pb2.Attribute(name="colour", value=v) for v in ("red", "blue")]
            ),
        ),
        (
            "outfits[0].items[0].content.vectors[1].feature",
            content(vectors=[vector(1.0), vector(2.0)]),
        ),
    ],
)
def test_a_name_may_stand_once(field: str, items: list[item_pb2.Item]):
    with pytest.raises(DuplicateError) as caught:
        codec.decode_outfits(score(items))
    assert caught.value.field == field


def test_outfits_number_1_to_256():
    outfit = item_pb2.Outfit(items=[A])
    assert len(codec.decode_outfits(pb.ScoreOutfitsRequest(outfits=[outfit] * 256))) == 256
    for count in (0, 257):
        with pytest.raises(SchemaError, match="'outfits'"):
            codec.decode_outfits(pb.ScoreOutfitsRequest(outfits=[outfit] * count))
    with pytest.raises(SchemaError, match=r"outfits\[1\]\.items"):
        codec.decode_outfits(pb.ScoreOutfitsRequest(outfits=[outfit, item_pb2.Outfit()]))


def test_inline_items_number_at_most_256_over_all_outfits():
    outfit = item_pb2.Outfit(items=content(title="t") * 32)
    assert codec.decode_outfits(pb.ScoreOutfitsRequest(outfits=[outfit] * 8))
    with pytest.raises(SchemaError, match="inline items, got 288"):
        codec.decode_outfits(pb.ScoreOutfitsRequest(outfits=[outfit] * 9))


def test_inline_items_number_at_most_256_over_context_and_candidates():
    inline = content(title="t")
    assert codec.decode_question(
        pb.FillInTheBlankRequest(context=[A] * 32, candidates=inline * 256)
    )
    with pytest.raises(SchemaError, match="inline items, got 257"):
        codec.decode_question(pb.FillInTheBlankRequest(context=inline, candidates=inline * 256))


def test_candidates_number_1_to_256_and_context_items_1_to_32():
    for context, candidates, field in ((0, 1, "context"), (33, 1, "context"), (1, 0, "candidates")):
        request = pb.FillInTheBlankRequest(context=[A] * context, candidates=[A] * candidates)
        with pytest.raises(SchemaError, match=f"'{field}'"):
            codec.decode_question(request)
    assert codec.decode_question(pb.FillInTheBlankRequest(context=[A] * 32, candidates=[A] * 256))
    with pytest.raises(SchemaError, match="'candidates'"):
        codec.decode_question(pb.FillInTheBlankRequest(context=[A], candidates=[A] * 257))


def test_a_blank_may_lack_a_slot_but_a_search_may_not():
    question = pb.FillInTheBlankRequest(context=[A], candidates=[A])
    assert codec.decode_question(question)[2] is None
    question.slot.SetInParent()
    with pytest.raises(SchemaError, match="'slot'"):
        codec.decode_question(question)
    with pytest.raises(SchemaError, match="'slot'"):
        codec.decode_slot(pb.RetrieveComplementsRequest(context=[A]))


@pytest.mark.parametrize(
    ("slot", "field"),
    [
        (item_pb2.Slot(category="c" * 257), "slot.category"),
        (item_pb2.Slot(text="t" * 2_001), "slot.text"),
    ],
)
def test_a_slot_beyond_a_limit_names_the_field(slot: item_pb2.Slot, field: str):
    with pytest.raises(SchemaError) as caught:
        codec.decode_slot(pb.EmbedTargetRequest(slot=slot))
    assert caught.value.field == field


def test_complements_number_1_to_1000():
    assert [codec.decode_count(pb.RetrieveComplementsRequest(k=k)) for k in (1, 1_000)] == [1, 1000]
    for k in (-1, 0, 1_001):
        with pytest.raises(SchemaError, match=rf"'k'.*got {k}"):
            codec.decode_count(pb.RetrieveComplementsRequest(k=k))


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        (pb.Filters(min_price=-0.01), "filters.min_price"),
        (pb.Filters(max_price=float("nan")), "filters.max_price"),
        (pb.Filters(max_price=float("inf")), "filters.max_price"),
        (pb.Filters(min_price=2, max_price=1), "filters.max_price"),
        (pb.Filters(exclude_item_ids=["a"] * 10_001), "filters.exclude_item_ids"),
        (pb.Filters(exclude_item_ids=["a", ""]), "filters.exclude_item_ids[1]"),
    ],
)
def test_a_filter_that_makes_no_sense_names_the_field(filters: pb.Filters, field: str):
    with pytest.raises(SchemaError) as caught:
        codec.decode_filters(pb.RetrieveComplementsRequest(filters=filters))
    assert caught.value.field == field


def test_a_price_of_zero_is_a_limit_and_none_is_not():
    free = codec.decode_filters(pb.RetrieveComplementsRequest(filters=pb.Filters(max_price=0)))
    assert (free.min_price, free.max_price) == (None, 0.0)
    assert codec.decode_filters(pb.RetrieveComplementsRequest()) == Filters()


def test_what_items_lack_becomes_a_path_into_the_request():
    scores = [
        OutfitScore(logit=1.0, probability=0.7, missing=()),
        OutfitScore(logit=0.0, probability=0.5, missing=("0:text", "2:image")),
    ]
    missing = codec.encode_scores(provenance_pb2.Provenance(), scores).missing
    assert [(one.field, one.modality) for one in missing] == [
        ("outfits[1].items[0]", "text"),
        ("outfits[1].items[2]", "image"),
    ]


names = st.text(min_size=1, max_size=8)
texts = st.none() | st.text(min_size=1, max_size=12)
floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
contents = st.builds(
    ItemContent,
    category=texts,
    title=st.text(min_size=1, max_size=12),
    description=texts,
    attributes=st.dictionaries(names, names, max_size=3),
    price=st.none() | st.floats(0.01, 10),
    image=st.none() | st.binary(max_size=8).map(lambda rest: png(1, 1) + rest),
    vectors=st.dictionaries(
        names,
        st.lists(floats, min_size=1, max_size=3).map(lambda v: np.array(v, np.float32)),
        max_size=2,
    ),
)
items = st.lists(names | contents, min_size=1, max_size=3)
slots = st.builds(Slot, category=texts, text=st.text(min_size=1, max_size=8))


def comparable(item: Item) -> object:
    if isinstance(item, str):
        return item
    vectors = {name: vector.tolist() for name, vector in item.vectors.items()}
    others = (
        item.category,
        item.title,
        item.description,
        dict(item.attributes),
        item.image,
        item.price,
    )
    return (*others, vectors)


@given(st.lists(items, min_size=1, max_size=3))
def test_items_survive_the_way_through_the_wire(outfits: list[list[Item]]):
    sent = client_codec.encode_outfits(outfits).SerializeToString()
    received = codec.decode_outfits(pb.ScoreOutfitsRequest.FromString(sent))
    assert [list(map(comparable, o)) for o in received] == [
        list(map(comparable, o)) for o in outfits
    ]


@given(
    slots,
    st.builds(
        Filters,
        exclude=st.frozensets(names, max_size=3),
        min_price=st.none() | st.floats(0, 10),
        max_price=st.none() | st.floats(10, 20),
        in_stock_only=st.booleans(),
    ),
)
def test_slots_and_filters_survive_the_way_through_the_wire(slot: Slot, filters: Filters):
    request = pb.RetrieveComplementsRequest(
        slot=client_codec.encode_slot(slot), filters=client_codec.encode_filters(filters)
    )
    received = pb.RetrieveComplementsRequest.FromString(request.SerializeToString())
    assert codec.decode_slot(received) == slot
    assert codec.decode_filters(received) == filters


DECODERS = {
    "ScoreOutfitsRequest": [codec.decode_outfits],
    "FillInTheBlankRequest": [codec.decode_question],
    "RetrieveComplementsRequest": [
        lambda request: codec.decode_items(request.context, "context"),
        codec.decode_slot,
        codec.decode_count,
        codec.decode_filters,
    ],
    "EmbedTargetRequest": [
        lambda request: codec.decode_items(request.context, "context"),
        codec.decode_slot,
    ],
}


@pytest.mark.parametrize("name", DECODERS)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_message_of_the_contract_is_an_internal_error(name: str, data: st.DataObject):
    request = data.draw(messages(pb.DESCRIPTOR.message_types_by_name[name]))
    for decode in DECODERS[name]:
        refused = refusal(decode, request)
        assert refused is None or (refused.field and refusal_of(refused) is not INTERNAL)


def refusal(decode: Callable[[Any], object], request: Message) -> InputError | None:
    try:
        decode(request)
    except InputError as error:
        return error
    return None
