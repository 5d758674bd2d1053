"""What the client makes of failures; answers are in test_servicer."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from data.errors import OutfitError, OverloadError
from engine.questions import ScoreQuestion
from engine.requests import Item, OutfitScore
from serving.call_error import CallError, FieldViolation
from serving.client import OutfitClient
from serving.client_codec import ScoreAnswer
from serving.server_config import ServerConfig
from tests.free_port import free_port
from tests.serving.background_server import background_server
from tests.serving.counting_shop import CountingShop
from tests.serving.planted_shop import PlantedShop
from tests.serving.repeated_calls import PATIENCE_S, wait_until
from tests.serving.slow_link import slow_link
from tests.serving.test_server import HeldShop


def test_a_server_that_is_not_there_is_unavailable():
    with OutfitClient("127.0.0.1:1", attempts=1) as client, pytest.raises(CallError) as caught:
        client.score([["navy-shirt"]])
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
    assert (caught.value.reason, caught.value.request_id) == ("", "")
    assert "127.0.0.1:1" in str(caught.value)


def test_a_call_ends_at_its_deadline_and_not_before():
    shop = HeldShop()
    with (
        background_server(shop) as server,
        OutfitClient(server.address, deadline_s=0.5) as client,
    ):
        began = time.monotonic()
        with pytest.raises(CallError) as caught:
            client.score([["navy-shirt"]])
        assert 0.5 <= time.monotonic() - began < PATIENCE_S / 2  # before the shop gives up
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


class BusyShop(PlantedShop):
    """Refuses the first questions for overload, or all of them."""

    def __init__(self, refusals: int) -> None:
        self.refusals, self.asked = refusals, 0

    def score(self, outfits: Sequence[Sequence[Item]]) -> list[OutfitScore]:
        self.asked += 1
        if self.asked <= self.refusals:
            raise OverloadError("busy", retry_after_s=0.1)
        return super().score(outfits)


def test_a_server_that_comes_up_late_is_reached():
    port = free_port()
    with (
        OutfitClient(f"127.0.0.1:{port}", deadline_s=PATIENCE_S) as client,
        ThreadPoolExecutor(1) as caller,
    ):
        answer = caller.submit(client.score, [["navy-shirt"]])
        time.sleep(0.3)
        assert not answer.done()
        with background_server(PlantedShop(), ServerConfig(port=port)):
            assert len(answer.result(PATIENCE_S).scores) == 1


def test_a_server_that_is_far_away_is_reached_at_the_first_attempt(address: str):
    with slow_link(int(address.rpartition(":")[2])) as link:
        link.delay_s = 0.3
        far = f"127.0.0.1:{link.port}"
        with OutfitClient(far, deadline_s=PATIENCE_S, attempts=1) as client:
            assert len(client.score([["navy-shirt"]]).scores) == 1
        with OutfitClient(far) as client:  # a stream is never repeated
            [(_, answer)] = client.stream([("only", ScoreQuestion(outfits=[["navy-shirt"]]))])
            assert isinstance(answer, ScoreAnswer)


def test_an_overloaded_server_is_asked_again_after_a_pause():
    shop = BusyShop(refusals=2)
    with background_server(shop) as server, OutfitClient(server.address) as client:
        began = time.monotonic()
        assert len(client.score([["navy-shirt"]]).scores) == 1
        assert time.monotonic() - began > 0.4
    assert shop.asked == 3


def test_a_call_is_tried_as_often_as_it_may_be_and_no_more():
    shop = BusyShop(refusals=9)
    with (
        background_server(shop) as server,
        OutfitClient(server.address, attempts=2) as client,
        pytest.raises(CallError, match="RESOURCE_EXHAUSTED"),
    ):
        client.score([["navy-shirt"]])
    assert shop.asked == 2


def test_what_can_never_succeed_is_asked_once():
    shop = CountingShop()
    with (
        background_server(shop) as server,
        OutfitClient(server.address) as client,
        pytest.raises(CallError, match="NOT_FOUND"),
    ):
        client.score([["nope"]])
    assert len(shop.batches) == 1


def test_a_client_of_two_servers_notices_nothing_when_one_of_them_ends():
    stopped, answered = threading.Event(), [0] * 8

    def ask(address: str, number: int) -> None:
        with OutfitClient(address, deadline_s=PATIENCE_S) as client:
            while not stopped.is_set():
                answered[number] += len(client.score([["navy-shirt"]]).scores)

    def wait_for_each() -> None:
        before = list(answered)
        wait_until(lambda: all(now > then for now, then in zip(answered, before, strict=True)))

    with (
        background_server(PlantedShop()) as first,
        background_server(PlantedShop()) as second,
        ThreadPoolExecutor(8) as callers,
    ):
        both = f"ipv4:{first.address},{second.address}"
        asking = [callers.submit(ask, both, number) for number in range(8)]
        try:
            wait_for_each()
            first.stop()
            assert first.ended.wait(PATIENCE_S)
            wait_for_each()
        finally:
            stopped.set()
        for each in asking:
            each.result(PATIENCE_S)


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
