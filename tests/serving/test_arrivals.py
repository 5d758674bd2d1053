"""Requests that begin and do not end, on the wire and by themselves."""

import asyncio
import logging
import time
from collections.abc import Iterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from data.errors import OverloadError, TooLateError
from serving import health
from serving.arrivals import MAX_ARRIVING, Arrivals
from serving.client import OutfitClient
from serving.limits import MAX_CONCURRENT_CALLS, MAX_STREAMS
from tests.serving.repeated_calls import PATIENCE_S, wait_until
from tests.serving.security.held_calls import stalled_calls
from tests.serving.server_process import ServerProcess, planted_server

METHOD = "/outfit.v1.OutfitService"
CHECK = "/grpc.health.v1.Health/Check"
MIB = 2**20
CALLS, LENGTH = 64, 4 * MIB
SHARE_S = 6.0
"""Within which as much as there is room for is sent, and after which others are answered."""
WINDOW = 65_536
IMPATIENT = f"""
from functools import partial
from serving import health, interceptor

interceptor.Arrivals = partial(interceptor.Arrivals, within_s={SHARE_S}, share_s={SHARE_S})
health.SHARE_S = health.ARRIVAL_S = {SHARE_S}
Shop = PlantedShop
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    with planted_server(IMPATIENT) as server:
        yield server


@pytest.mark.parametrize(
    ("method", "at_once"),
    [
        (f"{METHOD}/ScoreOutfits", MAX_ARRIVING),
        (f"{METHOD}/StreamAnswers", MAX_STREAMS),
        (CHECK, health.ARRIVING),
    ],
)
def test_of_many_messages_without_an_end_a_few_are_taken_in_and_others_are_answered(
    server: ServerProcess, method: str, at_once: int
):
    before = server.resident_mib()
    with stalled_calls(server.address, method, CALLS, LENGTH) as sent:
        assert sent < at_once * LENGTH + CALLS * WINDOW
        assert server.resident_mib() - before < at_once * LENGTH / MIB + 32
        with OutfitClient(server.address, deadline_s=PATIENCE_S, attempts=1) as client:
            assert len(client.score([["navy-shirt"]]).scores) == 1
        with grpc.insecure_channel(server.address) as channel:
            asked = health_pb2.HealthCheckRequest()
            assert health_pb2_grpc.HealthStub(channel).Check(asked, timeout=PATIENCE_S).status == 1


def test_a_call_that_sends_nothing_is_refused_in_time(server: ServerProcess):
    with grpc.insecure_channel(server.address) as channel:
        for method, code in (
            (f"{METHOD}/ScoreOutfits", grpc.StatusCode.INVALID_ARGUMENT),
            (CHECK, grpc.StatusCode.INVALID_ARGUMENT),
        ):
            with pytest.raises(grpc.RpcError) as caught:
                channel.stream_unary(method)(iter([]), timeout=PATIENCE_S)
            assert caught.value.code() is code


def test_a_caller_who_leaves_before_all_is_sent_has_given_up(
    address: str, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO, "serving.interceptor"):
        with stalled_calls(address, f"{METHOD}/ScoreOutfits", 1, LENGTH):
            pass
        wait_until(lambda: bool(caplog.records))
    assert [record.message for record in caplog.records] == ["given up"]


class Call:
    """Whose request is there once it is sent."""

    def __init__(self) -> None:
        self.sent = asyncio.Event()

    async def read(self) -> bytes:
        await self.sent.wait()
        return b"request"


def test_one_that_is_late_makes_room_for_the_next():
    async def ask() -> bytes:
        arrivals = Arrivals(limit=1, within_s=2.0, share_s=10 * PATIENCE_S)
        stalled, sound = Call(), Call()
        sound.sent.set()
        late = asyncio.create_task(arrivals.read(stalled))
        await asyncio.sleep(1.5)
        waiting = asyncio.create_task(arrivals.read(sound))
        with pytest.raises(TooLateError, match=r"after \d+\.\d s"):
            await asyncio.wait_for(late, PATIENCE_S)
        return await waiting

    assert asyncio.run(ask()) == b"request"


def test_while_others_wait_the_one_that_arrives_for_longest_gives_way_after_its_share():
    async def ask() -> list[bytes | BaseException]:
        arrivals = Arrivals(limit=2, within_s=10 * PATIENCE_S, share_s=1.5)
        stalled, sound = Call(), Call()
        sound.sent.set()
        began = time.monotonic()
        first = asyncio.create_task(arrivals.read(stalled))
        await asyncio.sleep(1.0)
        second = asyncio.create_task(arrivals.read(stalled))
        await asyncio.sleep(0)
        assert await asyncio.wait_for(arrivals.read(sound), PATIENCE_S) == b"request"
        assert time.monotonic() - began >= 1.5
        await asyncio.sleep(0.5)
        assert not second.done()  # nobody waits for its place
        stalled.sent.set()
        return await asyncio.gather(first, second, return_exceptions=True)

    late, kept = asyncio.run(ask())
    assert isinstance(late, TooLateError)
    assert kept == b"request"


def test_many_that_send_nothing_hold_up_a_sound_one_for_some_shares():
    async def ask() -> float:
        stalled, sound = Call(), Call()
        arrivals = Arrivals(limit=2, within_s=10 * PATIENCE_S, share_s=0.1)
        sound.sent.set()
        began = time.monotonic()
        many = [asyncio.create_task(arrivals.read(stalled)) for _ in range(6)]
        await asyncio.sleep(0)
        await asyncio.wait_for(arrivals.read(sound), PATIENCE_S)
        waited = time.monotonic() - began
        for each in many:
            each.cancel()
        await asyncio.gather(*many, return_exceptions=True)
        assert await arrivals.read(sound) == b"request"
        return waited

    assert asyncio.run(ask()) >= 0.3


def test_beyond_as_many_as_may_wait_a_request_is_refused_at_once():
    async def ask() -> None:
        arrivals, call = Arrivals(limit=1), Call()
        reads = [asyncio.create_task(arrivals.read(call)) for _ in range(MAX_CONCURRENT_CALLS)]
        await asyncio.sleep(0)
        with pytest.raises(OverloadError):
            await arrivals.read(call)
        call.sent.set()
        assert await asyncio.gather(*reads) == [b"request"] * MAX_CONCURRENT_CALLS
        assert await arrivals.read(call) == b"request"

    asyncio.run(ask())
