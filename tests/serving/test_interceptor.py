"""Wire tests of what a client may learn from a failure, and of the log."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BundleError
from engine.requests import Item, ItemContent, OutfitScore, Slot
from serving.call_error import CallError, FieldViolation
from serving.client import OutfitClient
from serving.interceptor import CallInterceptor, is_late
from serving.pb.outfit.v1 import item_pb2
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from tests.serving.background_server import background_server
from tests.serving.contract_messages import messages
from tests.serving.counting_shop import CountingShop
from tests.serving.overlay.log_places import until
from tests.serving.planted_shop import PlantedShop
from tests.serving.repeated_calls import PATIENCE_S, wait_until

SCORE = "/outfit.v1.OutfitService/ScoreOutfits"
METHODS = {
    "ScoreOutfits": pb.ScoreOutfitsRequest,
    "FillInTheBlank": pb.FillInTheBlankRequest,
    "RetrieveComplements": pb.RetrieveComplementsRequest,
    "EmbedTarget": pb.EmbedTargetRequest,
    "ExplainOutfit": pb.ExplainOutfitRequest,
}


class FaultyShop(PlantedShop):
    """A shop that fails in the way it was built to."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def score(self, outfits: Sequence[Sequence[Item]]) -> list[OutfitScore]:  # noqa: ARG002
        raise self.fault


def test_an_unknown_item_is_not_found_and_named(client: OutfitClient):
    with pytest.raises(CallError) as caught:
        client.score([["navy-shirt"], ["navy-shirt", "red-dress", "nope"]])
    assert caught.value.code is grpc.StatusCode.NOT_FOUND
    assert caught.value.reason == "UNKNOWN_ITEM"
    assert caught.value.violations == (
        FieldViolation(
            field="outfits[1].items[2].item_id",
            description="expected an item of the catalogue, got nope",
        ),
    )


def test_an_unknown_category_is_an_invalid_argument(client: OutfitClient):
    with pytest.raises(CallError) as caught:
        client.embed_target(["navy-shirt"], Slot(category="hovercraft"))
    assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.reason == "UNKNOWN_CATEGORY"
    with pytest.raises(CallError) as caught:
        client.fill(["navy-shirt"], [ItemContent(category="hovercraft")])
    assert caught.value.violations[0].field == "candidates[0].content.category"


def test_a_request_beyond_a_limit_is_an_invalid_argument(client: OutfitClient):
    with pytest.raises(CallError) as caught:
        client.complements(["navy-shirt"], Slot(category="shoes"), k=1_001)
    assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.reason == "INVALID_FIELD"
    assert caught.value.violations[0].field == "k"


def test_bytes_that_are_no_message_are_an_invalid_argument(address: str):
    with grpc.insecure_channel(address) as channel:
        method = channel.unary_unary("/outfit.v1.OutfitService/ScoreOutfits")
        with pytest.raises(grpc.RpcError) as caught:
            method(b"\xff\xff\xff", timeout=PATIENCE_S)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_fault_of_the_server_is_internal_and_keeps_its_text_to_the_log(
    caplog: pytest.LogCaptureFixture,
):
    with (
        caplog.at_level(logging.INFO, "serving.interceptor"),
        background_server(FaultyShop(RuntimeError("secret"))) as server,
        OutfitClient(server.address) as client,
        pytest.raises(CallError) as caught,
    ):
        client.score([["navy-shirt"]])
    assert caught.value.code is grpc.StatusCode.INTERNAL
    assert (caught.value.message, caught.value.reason) == ("internal error", "INTERNAL")
    assert "secret" not in str(caught.value)
    record = next(record for record in caplog.records if record.message == "failed")
    assert "secret" in str(record.exc_info)
    assert vars(record)["request_id"] == caught.value.request_id


def test_a_damaged_bundle_is_a_failed_precondition(caplog: pytest.LogCaptureFixture):
    with (
        background_server(FaultyShop(BundleError("secret is damaged"))) as server,
        OutfitClient(server.address) as client,
        pytest.raises(CallError) as caught,
    ):
        client.score([["navy-shirt"]])
    assert caught.value.code is grpc.StatusCode.FAILED_PRECONDITION
    assert caught.value.message == "the bundle cannot answer this"
    assert [vars(r)["cause"] for r in caplog.records if r.levelname == "ERROR"] == [
        "secret is damaged"
    ]


def test_every_call_is_logged_with_its_name_and_outcome(
    client: OutfitClient, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO, "serving.interceptor"):
        client.score([["navy-shirt"]])
        with pytest.raises(CallError):
            client.score([["nope"]])
    answered, refused = (vars(record) for record in caplog.records)
    assert (answered["msg"], refused["msg"]) == ("answered", "refused")
    assert answered["method"] == "/outfit.v1.OutfitService/ScoreOutfits"
    assert (answered["code"], answered["batch_size"]) == ("OK", 1)
    assert answered["duration_ms"] > 0
    assert (refused["code"], refused["field"]) == ("NOT_FOUND", "outfits[0].items[0].item_id")
    assert refused["duration_ms"] > 0
    assert answered["request_id"] != refused["request_id"]


def request(item_id: str) -> bytes:
    outfit = item_pb2.Outfit(items=[item_pb2.Item(item_id=item_id)])
    return pb.ScoreOutfitsRequest(outfits=[outfit]).SerializeToString()


@pytest.mark.parametrize("item_id", ["navy-shirt", "nope"])
def test_a_caller_may_name_its_call_and_is_told_the_name(
    item_id: str, address: str, caplog: pytest.LogCaptureFixture
):
    with (
        caplog.at_level(logging.INFO, "serving.interceptor"),
        grpc.insecure_channel(address) as channel,
    ):
        method = channel.unary_unary("/outfit.v1.OutfitService/ScoreOutfits")
        metadata = [("x-request-id", "cart-7")]
        call = method.future(request(item_id), timeout=PATIENCE_S, metadata=metadata)
        trailing = dict(call.trailing_metadata())
        assert call.code() in {grpc.StatusCode.OK, grpc.StatusCode.NOT_FOUND}
        wait_until(lambda: bool(caplog.records))  # it is logged after the response
    assert trailing["x-request-id"] == "cart-7"
    assert ("grpc-status-details-bin" in trailing) is (item_id == "nope")
    assert vars(caplog.records[0])["request_id"] == "cart-7"


@contextmanager
def cancelled(address: str, shop: CountingShop) -> Iterator[None]:
    """A call that its caller ends while it is answered."""
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(SCORE).future(request("navy-shirt"), timeout=PATIENCE_S)
        assert shop.asked.wait(PATIENCE_S)
        call.cancel()
        yield


@contextmanager
def outlasted(address: str, shop: CountingShop) -> Iterator[None]:
    """A call whose deadline passes while it is answered."""
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(SCORE).future(request("navy-shirt"), timeout=2)
        assert shop.asked.wait(PATIENCE_S)
        assert call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        yield


@pytest.mark.parametrize(
    ("elapsed_s", "remaining_s"), [(2.0, 0.0), (2.0, -1.0), (2.0, 0.02), (120.0, 1.0)]
)
def test_a_deadline_has_passed_though_it_was_rounded_up(elapsed_s: float, remaining_s: float):
    assert is_late(elapsed_s, remaining_s)


@pytest.mark.parametrize(("elapsed_s", "remaining_s"), [(0.01, 0.09), (0.21, 0.09), (2.0, 0.1)])
def test_a_deadline_to_come_has_not_passed(elapsed_s: float, remaining_s: float):
    assert not is_late(elapsed_s, remaining_s)


@pytest.mark.parametrize(
    ("given_up", "code"), [(outlasted, "DEADLINE_EXCEEDED"), (cancelled, "CANCELLED")]
)
def test_a_call_that_its_caller_gave_up_is_logged_once(
    given_up: Callable[[str, CountingShop], AbstractContextManager[None]],
    code: str,
    caplog: pytest.LogCaptureFixture,
):
    shop = CountingShop()
    shop.hold()
    with (
        caplog.at_level(logging.INFO, "serving.interceptor"),
        background_server(shop) as server,
        given_up(server.address, shop),
    ):
        wait_until(lambda: bool(caplog.records))
        shop.let_go.set()
    (record,) = caplog.records
    assert (record.message, vars(record)["code"]) == ("given up", code)
    assert vars(record)["duration_ms"] > 0


def test_a_handler_that_ends_its_call_itself_is_logged_with_the_code(
    caplog: pytest.LogCaptureFixture,
):
    async def deny(_request: bytes, context: grpc.aio.ServicerContext) -> None:
        await context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you")

    async def scenario() -> grpc.StatusCode:
        server = grpc.aio.server(interceptors=[CallInterceptor()])
        handlers = {"ScoreOutfits": grpc.unary_unary_rpc_method_handler(deny, bytes, bytes)}
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler("outfit.v1.OutfitService", handlers)]
        )
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            code = await channel.unary_unary("/outfit.v1.OutfitService/ScoreOutfits")(b"").code()
            await until(lambda: bool(caplog.records))  # it is logged after the status
        await server.stop(None)
        return code

    with caplog.at_level(logging.INFO, "serving.interceptor"):
        assert asyncio.run(scenario()) is grpc.StatusCode.UNAUTHENTICATED
    (record,) = caplog.records
    assert (record.message, vars(record)["code"]) == ("refused", "UNAUTHENTICATED")


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_no_message_of_the_contract_is_answered_internal(
    name: str, data: st.DataObject, address: str
):
    request = data.draw(messages(METHODS[name].DESCRIPTOR))
    with grpc.insecure_channel(address) as channel:
        method = channel.unary_unary(f"/outfit.v1.OutfitService/{name}")
        call = method.future(request.SerializeToString(), timeout=PATIENCE_S)
        assert call.code() in {
            grpc.StatusCode.OK,
            grpc.StatusCode.INVALID_ARGUMENT,
            grpc.StatusCode.NOT_FOUND,
        }
