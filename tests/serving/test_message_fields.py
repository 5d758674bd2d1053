"""What holds too many fields is refused before it is unpacked, and nothing else is."""

from contextlib import suppress

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import SchemaError
from serving.limits import MAX_FIELDS
from serving.message_fields import check_fields
from serving.pb.outfit.v1 import catalog_service_pb2, item_pb2
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from tests.serving.repeated_calls import PATIENCE_S

SCORE = pb.ScoreOutfitsRequest.DESCRIPTOR
BREADTH = 8


def nested(count: int) -> bytes:
    """Outfits of items, so many fields in all."""
    rest = count - BREADTH
    sizes = [rest // BREADTH + (number < rest % BREADTH) for number in range(BREADTH)]
    outfits = [item_pb2.Outfit(items=[item_pb2.Item()] * size) for size in sizes]
    return pb.ScoreOutfitsRequest(outfits=outfits).SerializeToString()


def test_fields_are_counted_however_nested():
    check_fields(nested(MAX_FIELDS), SCORE)
    with pytest.raises(SchemaError, match="at most 100000 fields"):
        check_fields(nested(MAX_FIELDS + 1), SCORE)


@pytest.mark.parametrize(
    "field",
    [b"\x0a\x00", b"\x78\x01", b"\xf8\x07\x81\x01", b"\x7d1234", b"\x7912345678", b"\x0b"],
    ids=["message", "number", "long number", "four bytes", "eight bytes", "group"],
)
def test_every_kind_of_field_counts_once(field: bytes):
    padding = b"\x7a\xc0\x9a\x0c" + bytes(
        200_000
    )  # of one field, so that what follows is looked at
    check_fields(padding + field * (MAX_FIELDS - 1), SCORE)
    with pytest.raises(SchemaError):
        check_fields(padding + field * MAX_FIELDS, SCORE)


def test_the_largest_request_of_the_contract_passes():
    attributes = [item_pb2.Attribute(name=f"n{number}", value="v") for number in range(64)]
    vectors = [item_pb2.FeatureVector(feature=f"f{number}", values=[0.5]) for number in range(16)]
    content = item_pb2.ItemContent(
        category="c", title="t", description="d", price=1, attributes=attributes, vectors=vectors
    )
    items = [item_pb2.Item(content=content)] * 256 + [item_pb2.Item(item_id="i")] * (255 * 32 - 8)
    outfits = [item_pb2.Outfit(items=items[start : start + 32]) for start in range(0, 8_192, 32)]
    check_fields(pb.ScoreOutfitsRequest(outfits=outfits).SerializeToString(), SCORE)
    upserts = [catalog_service_pb2.ItemUpsert(item_id="i", content=content)] * 256
    request = catalog_service_pb2.UpsertItemsRequest(items=upserts)
    check_fields(request.SerializeToString(), request.DESCRIPTOR)


@given(st.binary(max_size=64), st.sampled_from([b"\x80", b"\xff", b"\x0a", b"\x0b"]))
def test_bytes_that_are_no_message_pass_or_are_refused(start: bytes, rest: bytes):
    with suppress(SchemaError):
        check_fields(start + rest * 3 * MAX_FIELDS, SCORE)


def test_a_caller_is_told(address: str):
    with grpc.insecure_channel(address) as channel:
        method = channel.unary_unary("/outfit.v1.OutfitService/ScoreOutfits")
        with pytest.raises(grpc.RpcError) as caught:
            method(nested(MAX_FIELDS + 1), timeout=PATIENCE_S)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details() == "expected at most 100000 fields, got more"
