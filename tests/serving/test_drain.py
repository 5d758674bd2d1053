"""SIGTERM in the middle of load, on a process of its own."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health_pb2 as pb
from grpc_health.v1 import health_pb2_grpc

from serving.call_error import CallError
from serving.client import OutfitClient

CALLERS = 16
SLOW_S = 0.1
ARRIVAL_S = 0.05
"""Within which a call has reached the server; a pass of the model takes twice as long."""

PROGRAM = f"""
import asyncio, time
from serving.engine_slot import EngineSlot
from serving.server import Parts, ServerConfig, serve
from tests.serving.memory_log import MemoryLog
from tests.serving.planted_shop import PlantedShop

class SlowShop(PlantedShop):
    def answer(self, questions):
        time.sleep({SLOW_S})
        return super().answer(questions)

async def main():
    parts = Parts(slot=EngineSlot(SlowShop()), log=MemoryLog())
    config = ServerConfig(port=0, grace_s=10.0)
    await serve(parts, config, lambda at: print("on", at, flush=True))

asyncio.run(main())
"""


@dataclass(frozen=True)
class Call:
    began: float
    error: CallError | None


@contextmanager
def slow_server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split()[1]
        finally:
            process.kill()


def call_until(stopped: threading.Event, address: str) -> list[Call]:
    calls = []
    with OutfitClient(address, attempts=1) as client:
        while not stopped.is_set():
            began, error = time.monotonic(), None
            try:
                client.score([["navy-shirt"]])
            except CallError as caught:
                error = caught
            calls.append(Call(began, error))
    return calls


def statuses(channel: grpc.Channel) -> list[tuple[int, float]]:
    stub = health_pb2_grpc.HealthStub(channel)
    return [
        (response.status, time.monotonic())
        for response in stub.Watch(pb.HealthCheckRequest(), timeout=20)
    ]


def test_a_server_that_is_told_to_end_fails_no_call_in_flight():
    stopped = threading.Event()
    with (
        slow_server() as (process, address),
        grpc.insecure_channel(address) as channel,
        ThreadPoolExecutor(CALLERS + 1) as threads,
    ):
        told = threads.submit(statuses, channel)
        callers = [threads.submit(call_until, stopped, address) for _ in range(CALLERS)]
        time.sleep(0.5)
        ended = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(8) == 0
        stopped.set()
        calls = [call for caller in callers for call in caller.result(20)]
        (serving, _), (not_serving, noticed) = told.result(5)
    assert (serving, not_serving) == (1, 2)
    in_flight = [call for call in calls if call.began < ended - ARRIVAL_S]
    assert len(in_flight) > 2 * CALLERS
    assert [call.error for call in in_flight if call.error] == []
    refused = {call.error.code for call in calls if call.error}
    assert grpc.StatusCode.UNAVAILABLE in refused
    assert refused <= {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
    assert noticed < ended + SLOW_S
