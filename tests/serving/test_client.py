"""What the client makes of failures; answers are in test_servicer."""

import time

import grpc
import pytest

from data.errors import OutfitError
from serving.call_error import CallError, FieldViolation
from serving.client import OutfitClient
from tests.serving.background_server import background_server
from tests.serving.test_server import HeldShop


def test_a_server_that_is_not_there_is_unavailable():
    with OutfitClient("127.0.0.1:1") as client, pytest.raises(CallError) as caught:
        client.score([["navy-shirt"]])
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
    assert (caught.value.reason, caught.value.request_id) == ("", "")
    assert "127.0.0.1:1" in str(caught.value)


def test_a_call_ends_at_its_deadline():
    shop = HeldShop()
    with (
        background_server(shop) as server,
        OutfitClient(server.address, deadline_s=0.2) as client,
    ):
        began = time.monotonic()
        with pytest.raises(CallError) as caught:
            client.score([["navy-shirt"]])
        assert time.monotonic() - began < 2
        shop.let_go.set()
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_server_that_speaks_another_contract_is_named_unimplemented(address: str):
    with OutfitClient(address) as client:
        client._stub.ScoreOutfits = client._channel.unary_unary(
            "/outfit.v0.OutfitService/ScoreOutfits",
            request_serializer=lambda message: message.SerializeToString(),
        )
        with pytest.raises(CallError) as caught:
            client.score([["navy-shirt"]])
    assert caught.value.code is grpc.StatusCode.UNIMPLEMENTED


def test_a_call_error_prints_its_code_reason_fields_and_request():
    error = CallError(
        code=grpc.StatusCode.NOT_FOUND,
        message="m",
        reason="UNKNOWN_ITEM",
        violations=[FieldViolation(field="context[0].item_id", description="expected a, got b")],
        request_id="r1",
    )
    assert isinstance(error, OutfitError)
    assert str(error) == (
        "NOT_FOUND (UNKNOWN_ITEM)\n  context[0].item_id: expected a, got b\n  request r1"
    )
    assert str(CallError(code=grpc.StatusCode.UNAVAILABLE, message="m")) == "UNAVAILABLE\n  m"
