"""Wire tests of what anybody may send to health and reflection."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2

from serving.open_calls import MAX_OPEN_BYTES
from tests.serving.repeated_calls import PATIENCE_S
from tests.serving.server_process import planted_server

CHECK, LIST = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/List"
WATCH = "/grpc.health.v1.Health/Watch"
V1 = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
V1ALPHA = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
LIST_SERVICES = b":\x00"
MIB = 2**20
UNCOLLECTED = """
import gc
gc.disable()  # what is let go only when the garbage is collected is not let go
Shop = PlantedShop
"""


@pytest.fixture
def channel(address: str) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(address) as channel:
        yield channel


def first_answer(channel: grpc.Channel, method: str, payload: bytes) -> bytes:
    """To one request, of whatever shape the method is."""
    if method in {CHECK, LIST}:
        return channel.unary_unary(method)(payload, timeout=PATIENCE_S)
    if method == WATCH:
        return next(channel.unary_stream(method)(payload, timeout=PATIENCE_S))
    return next(channel.stream_stream(method)(iter([payload]), timeout=PATIENCE_S))


def refusal(channel: grpc.Channel, method: str, payload: bytes) -> Any:
    with pytest.raises(grpc.RpcError) as caught:
        first_answer(channel, method, payload)
    return caught.value


@pytest.mark.parametrize("method", [CHECK, LIST, WATCH, V1, V1ALPHA])
def test_bytes_that_are_no_request_are_an_invalid_argument_in_our_words(
    channel: grpc.Channel, method: str
):
    error = refusal(channel, method, b"\xff\xff\xff")
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert error.details().endswith("Request, got 3 bytes that are none")


@pytest.mark.parametrize("method", [CHECK, LIST, WATCH, V1, V1ALPHA])
def test_a_request_beyond_the_limit_is_an_invalid_argument(channel: grpc.Channel, method: str):
    payload = health_pb2.HealthCheckRequest(service="x" * MAX_OPEN_BYTES).SerializeToString()
    error = refusal(channel, method, payload)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert error.details() == (
        f"expected a request of at most {MAX_OPEN_BYTES} bytes, got {len(payload)}"
    )


def test_what_came_before_a_broken_request_of_a_stream_is_answered(channel: grpc.Channel):
    answers = channel.stream_stream(V1)(iter([LIST_SERVICES, b"\xff"]), timeout=PATIENCE_S)
    assert b"outfit.v1.OutfitService" in next(answers)
    with pytest.raises(grpc.RpcError) as caught:
        next(answers)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def begun_watch(channel: grpc.Channel, service: str) -> Any:
    """A watch that goes on, if the server lets it; it has answered either way."""
    request = health_pb2.HealthCheckRequest(service=service)
    call = channel.unary_stream(WATCH)(request.SerializeToString(), timeout=PATIENCE_S)
    with suppress(grpc.RpcError):
        next(call)
    return call


def test_large_requests_are_let_go_as_they_are_refused():
    with planted_server(UNCOLLECTED) as server, grpc.insecure_channel(server.address) as channel:
        large = "x" * 8 * MIB
        for _ in range(8):  # what a server allocates once
            begun_watch(channel, large)
        before = server.resident_mib()
        watches = [begun_watch(channel, large) for _ in range(64)]
        assert server.resident_mib() - before < 256  # of 512 MiB
        assert len(watches) == 64
