"""Callers who ask without end and read nothing: memory stays bounded, others are answered."""

import itertools
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import grpc
import pytest

from engine.requests import Slot
from serving.answer_stream import WINDOW
from serving.call_error import CallError
from serving.client import OutfitClient
from serving.limits import MAX_CONCURRENT_CALLS
from serving.pb.outfit.v1 import item_pb2
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from tests.serving.repeated_calls import repeated, wait_until
from tests.serving.security.held_calls import unread_calls
from tests.serving.server_process import ServerProcess, planted_server

METHOD = "/outfit.v1.OutfitService"
SHOES = Slot(category="shoes")
ANSWER_MIB = 2_000 * 4 / 2**20
WIDE = """
import numpy as np

class Shop(PlantedShop):
    def embed_target(self, context, slot):
        return np.resize(super().embed_target(context, slot), 2_000)
"""
IMPATIENT = """
from serving import grpc_server

grpc_server.OPTIONS = [
    (name, number // 20 if name.startswith("grpc.keepalive") else number)
    for name, number in grpc_server.OPTIONS
]
"""
QUESTION = pb.EmbedTargetRequest(
    context=[item_pb2.Item(item_id="navy-shirt")], slot=item_pb2.Slot(category="shoes")
)
WANTED = QUESTION.SerializeToString()
STREAMED = pb.StreamAnswersRequest(
    correlation_id="again", embed_target=QUESTION
).SerializeToString()


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    waiting = "batches=BatchConfig(max_waiting=10**6)"  # or most would be refused
    with planted_server(WIDE, waiting) as server, OutfitClient(server.address) as client:
        for _ in range(50):  # what a server allocates once
            client.embed_target(["navy-shirt"], SHOES)
        yield server


class Asked:
    """Messages of one caller or of several, and how many gRPC has taken of them."""

    def __init__(self, messages: Iterable[pb.StreamAnswersRequest]) -> None:
        self._messages, self.count = iter(messages), 0

    def __iter__(self) -> Iterator[pb.StreamAnswersRequest]:
        return self

    def __next__(self) -> pb.StreamAnswersRequest:
        message = next(self._messages)
        self.count += 1
        return message


def settled(server: ServerProcess) -> float:
    """MiB that it holds once that has not grown for a second."""
    largest, since = 0.0, time.monotonic()
    while time.monotonic() - since < 1.0:
        now = server.resident_mib()
        if now > largest + 1.0:
            largest, since = now, time.monotonic()
        time.sleep(0.05)
    return largest


def assert_others_are_answered(server: ServerProcess) -> None:
    with OutfitClient(server.address, attempts=1) as client:
        for _ in range(20):
            assert len(client.embed_target(["navy-shirt"], SHOES).vector) == 2_000


def test_answers_that_nobody_reads_take_the_memory_of_as_many_as_a_connection_may_wait_for(
    server: ServerProcess,
):
    before = server.resident_mib()
    of_all_calls = before + MAX_CONCURRENT_CALLS * ANSWER_MIB
    grown = [
        unread_mib(server, MAX_CONCURRENT_CALLS * times, of_all_calls) - before for times in (1, 5)
    ]
    assert grown[1] < 2 * grown[0]


def unread_mib(server: ServerProcess, count: int, at_least: float) -> float:
    """MiB that it comes to hold while nobody reads the answers to so many calls of a connection."""
    with unread_calls(server.address, f"{METHOD}/EmbedTarget", [WANTED], count):
        wait_until(lambda: server.resident_mib() > at_least)
        held = settled(server)
        assert_others_are_answered(server)
    return held


@pytest.mark.parametrize(
    ("method", "payloads", "count"),
    [("EmbedTarget", [WANTED], MAX_CONCURRENT_CALLS), ("StreamAnswers", [STREAMED] * WINDOW, 16)],
    ids=["calls", "streams"],
)
def test_large_answers_that_nobody_reads_take_no_more_than_may_be_held_and_then_calls_are_refused(
    method: str, payloads: list[bytes], count: int
):
    config = "max_held_bytes=8 * 2**20"
    with planted_server(WIDE.replace("2_000", "10_000"), config) as server:
        with OutfitClient(server.address, attempts=1) as client:
            assert len(client.embed_target(["navy-shirt"], SHOES).vector) == 10_000
            with (
                server.grows_less_than(192),
                unread_calls(server.address, f"{METHOD}/{method}", payloads, count),
            ):
                wait_until(lambda: refused(client) == "OVERLOADED")
                settled(server)
        with OutfitClient(server.address) as patient:  # they have gone
            assert len(patient.embed_target(["navy-shirt"], SHOES).vector) == 10_000


def refused(client: OutfitClient) -> str:
    """Why a call is refused; empty where it is answered."""
    try:
        client.embed_target(["navy-shirt"], SHOES)
    except CallError as error:
        return error.reason
    return ""


def test_streams_that_are_never_read_are_not_read_from(server: ServerProcess):
    question = pb.StreamAnswersRequest(correlation_id="again", embed_target=QUESTION)
    asked = Asked(itertools.repeat(question))
    with ExitStack() as stack:
        stack.enter_context(server.grows_less_than(128))
        for _ in range(8):
            channel = stack.enter_context(grpc.insecure_channel(server.address))
            stream = channel.stream_stream(
                f"{METHOD}/StreamAnswers",
                request_serializer=pb.StreamAnswersRequest.SerializeToString,
            )
            stack.callback(stream(asked).cancel)
        wait_until(lambda: asked.count > 8 * 2 * WINDOW)
        settled(server)
        assert_others_are_answered(server)


def test_names_that_are_too_long_are_not_kept_for_a_caller_that_does_not_read(
    server: ServerProcess,
):
    long = pb.StreamAnswersRequest(correlation_id="x" * 8 * 2**20, embed_target=QUESTION)
    asked = Asked(itertools.repeat(long, WINDOW + 2))
    with server.grows_less_than(256), grpc.insecure_channel(server.address) as channel:
        stream = channel.stream_stream(
            f"{METHOD}/StreamAnswers",
            request_serializer=pb.StreamAnswersRequest.SerializeToString,
        )
        call = stream(asked)
        wait_until(lambda: asked.count > WINDOW)
        settled(server)
        assert_others_are_answered(server)
        call.cancel()


def test_a_peer_that_does_not_answer_pings_is_cut_off_and_others_are_not():
    with (
        planted_server(IMPATIENT + WIDE) as server,
        OutfitClient(server.address, attempts=1) as client,
        repeated(lambda: client.embed_target(["navy-shirt"], SHOES)) as calls,
    ):
        calls.wait_for_answers(1)
        before = server.connections()
        with unread_calls(server.address, f"{METHOD}/EmbedTarget", [WANTED], 64):
            wait_until(lambda: server.connections() > before)
            wait_until(lambda: server.connections() == before)
            calls.wait_for_answers(10)
    assert not calls.refusals
