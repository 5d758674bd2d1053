"""SIGTERM in the middle of load, on a process of its own."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2 as pb
from grpc_health.v1 import health_pb2_grpc

from serving.call_error import CallError
from serving.client import OutfitClient

CALLERS = 16
METHOD = "/outfit.v1.OutfitService/ScoreOutfits"
SERVING = pb.HealthCheckResponse.SERVING
NOT_SERVING = pb.HealthCheckResponse.NOT_SERVING

PROGRAM = """
import asyncio, time
from serving.engine_slot import EngineSlot
from serving.request_log import configure_logging
from serving.server import serve
from serving.server_config import ServerConfig
from serving.server_parts import Parts
from tests.serving.memory_log import MemoryLog
from tests.serving.planted_shop import PlantedShop

class SlowShop(PlantedShop):
    def answer(self, questions):
        time.sleep(0.1)
        return super().answer(questions)

async def main():
    configure_logging()
    parts = Parts(slot=EngineSlot(SlowShop()), log=MemoryLog())
    await serve(parts, ServerConfig(port=0), lambda at: print("on", at, flush=True))

asyncio.run(main())
"""


@dataclass(frozen=True)
class Call:
    began: float
    ended: float
    error: CallError | None


class Load:
    """Callers who ask again as soon as they are answered, and never a second time."""

    def __init__(self, address: str) -> None:
        self.calls: list[Call] = []
        self._address, self._stopped = address, threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CALLERS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(20)

    def _ask(self) -> None:
        with OutfitClient(self._address, attempts=1) as client:
            while not self._stopped.is_set():
                began, error = time.monotonic(), None
                try:
                    client.score([["navy-shirt"]])
                except CallError as caught:
                    error = caught
                self.calls.append(Call(began, time.monotonic(), error))


@contextmanager
def slow_server(log: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with (
        log.open("wb") as said,
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=said, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split()[1]
        finally:
            process.kill()


def statuses(channel: grpc.Channel) -> list[int]:
    watch = health_pb2_grpc.HealthStub(channel).Watch(pb.HealthCheckRequest(), timeout=60)
    return [response.status for response in watch]


def logged_codes(log: Path) -> Counter[str]:
    """Of the calls that reached the server."""
    records = map(json.loads, log.read_text("utf-8").splitlines())
    return Counter(record["code"] for record in records if record.get("method") == METHOD)


def test_a_server_that_is_told_to_end_fails_no_call_that_has_reached_it(tmp_path: Path):
    log = tmp_path / "log"
    with (
        slow_server(log) as (process, address),
        grpc.insecure_channel(address) as channel,
        ThreadPoolExecutor(1) as watcher,
    ):
        told = watcher.submit(statuses, channel)
        with Load(address) as load:
            while len(load.calls) < 3 * CALLERS:
                time.sleep(0.01)
            signalled = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        assert time.monotonic() - signalled < 8, "the watch held up the end"
        assert told.result(5) == [SERVING, NOT_SERVING]
    answered = [call for call in load.calls if call.error is None]
    assert [call for call in answered if call.began < signalled < call.ended]
    assert logged_codes(log) == {"OK": len(answered)}
    assert log.read_text("utf-8").count('"event": "began to drain"') == 1
    refused = {call.error.code for call in load.calls if call.error is not None}
    assert grpc.StatusCode.UNAVAILABLE in refused
    assert refused <= {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
