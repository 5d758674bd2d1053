"""Wire tests of the process: health, batches, a clean end."""

import asyncio
import logging
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from engine.requests import Item, OutfitScore
from serving.batcher import BatchConfig
from serving.call_error import CallError
from serving.client import OutfitClient
from serving.engine_slot import EngineSlot
from serving.metrics.endpoint import MetricsConfig
from serving.overlay.errors import LogDamagedError
from serving.overlay.file_log import FileLog
from serving.overlay.log import UpdateLog
from serving.server import running_server
from serving.server_config import ServerConfig
from serving.server_parts import Parts
from tests.free_port import free_port
from tests.serving.background_server import background_server
from tests.serving.counting_shop import CountingShop
from tests.serving.memory_log import MemoryLog
from tests.serving.metrics.scraped import num_waiting
from tests.serving.planted_shop import PlantedShop
from tests.serving.repeated_calls import PATIENCE_S, ask_until_given_up, wait_until

SERVING = health_pb2.HealthCheckResponse.SERVING


class HeldShop(PlantedShop):
    """A shop that scores only once it is let go."""

    def __init__(self) -> None:
        self.asked, self.let_go = threading.Event(), threading.Event()

    def score(self, outfits: Sequence[Sequence[Item]]) -> list[OutfitScore]:
        self.asked.set()
        assert self.let_go.wait(PATIENCE_S)
        return super().score(outfits)


def check(address: str, service: str) -> int:
    with grpc.insecure_channel(address) as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        return health_pb2_grpc.HealthStub(channel).Check(request, timeout=PATIENCE_S).status


@pytest.mark.parametrize("service", ["", "outfit.v1.OutfitService"])
def test_health_is_told_overall_and_for_the_service(address: str, service: str):
    assert check(address, service) == SERVING


def test_health_of_a_service_that_is_none_of_ours_is_not_found(address: str):
    with pytest.raises(grpc.RpcError) as caught:
        check(address, "outfit.v1.NoService")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_the_loop_answers_while_the_engine_is_busy():
    shop = HeldShop()
    with (
        background_server(shop) as server,
        OutfitClient(server.address) as client,
        ThreadPoolExecutor(1) as caller,
    ):
        answer = caller.submit(client.score, [["navy-shirt"]])
        assert shop.asked.wait(PATIENCE_S)
        assert check(server.address, "") == SERVING
        shop.let_go.set()
        assert len(answer.result(PATIENCE_S).scores) == 1


def test_a_call_in_flight_is_answered_while_the_server_drains():
    shop = HeldShop()
    with (
        background_server(shop, ServerConfig(port=0, grace_s=PATIENCE_S)) as server,
        OutfitClient(server.address) as client,
        ThreadPoolExecutor(1) as caller,
    ):
        answer = caller.submit(client.score, [["navy-shirt"]])
        assert shop.asked.wait(PATIENCE_S)
        server.stop()
        assert not server.ended.wait(0.2)
        shop.let_go.set()
        assert len(answer.result(PATIENCE_S).scores) == 1
        assert server.ended.wait(PATIENCE_S)


def test_concurrent_calls_are_answered_in_few_batches():
    shop = CountingShop()
    shop.hold()
    port = free_port()
    with (
        background_server(shop, ServerConfig(port=0, metrics=MetricsConfig(port=port))) as server,
        OutfitClient(server.address, deadline_s=PATIENCE_S) as client,
        ThreadPoolExecutor(32) as callers,
    ):
        answers = [callers.submit(client.score, [["navy-shirt"]]) for _ in range(32)]
        assert shop.asked.wait(PATIENCE_S)
        wait_until(lambda: num_waiting(port) == 32 - len(shop.batches[0]))
        shop.let_go.set()
        assert all(len(answer.result(PATIENCE_S).scores) == 1 for answer in answers)
    assert len(shop.batches) == 2
    assert sum(map(len, shop.batches)) == 32


def test_beyond_what_may_wait_a_call_is_refused_with_a_time_to_ask_again():
    shop = CountingShop()
    shop.hold()
    port = free_port()
    config = ServerConfig(
        port=0, batches=BatchConfig(max_waiting=1), metrics=MetricsConfig(port=port)
    )
    with (
        background_server(shop, config) as server,
        OutfitClient(server.address, attempts=1) as client,
        ThreadPoolExecutor(2) as callers,
    ):
        first = callers.submit(client.score, [["navy-shirt"]])
        assert shop.asked.wait(PATIENCE_S)
        second = callers.submit(client.score, [["navy-shirt"]])
        wait_until(lambda: num_waiting(port) == 1)
        with pytest.raises(CallError) as caught:
            client.score([["navy-shirt"]])
        shop.let_go.set()
        assert len(first.result(PATIENCE_S).scores) == len(second.result(PATIENCE_S).scores) == 1
    assert caught.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert caught.value.reason == "OVERLOADED"
    assert caught.value.retry_after_s is not None
    assert caught.value.retry_after_s >= 0.05


def test_a_call_that_its_caller_gave_up_is_not_computed(caplog: pytest.LogCaptureFixture):
    shop = CountingShop()
    shop.hold()
    with (
        caplog.at_level(logging.INFO, "serving.interceptor"),
        background_server(shop) as server,
        OutfitClient(server.address) as client,
        OutfitClient(server.address, deadline_s=0.2) as hasty,
        ThreadPoolExecutor(1) as caller,
    ):
        first = caller.submit(client.score, [["navy-shirt"]])
        assert shop.asked.wait(PATIENCE_S)
        ask_until_given_up(lambda: hasty.score([["red-dress"]]), caplog)
        shop.let_go.set()
        assert len(first.result(PATIENCE_S).scores) == 1
        assert len(client.score([["navy-shirt"]]).scores) == 1
    assert "red-dress" not in str(shop.batches)


def test_a_server_whose_updates_cannot_be_read_does_not_start(tmp_path: Path):
    (tmp_path / "updates.log").write_bytes(b"something else altogether")
    with pytest.raises(LogDamagedError):
        run_once(ServerConfig(port=0), FileLog(tmp_path))


def run_once(config: ServerConfig, log: UpdateLog | None = None) -> None:
    async def once() -> None:
        parts = Parts(slot=EngineSlot(PlantedShop()), log=log or MemoryLog())
        async with running_server(parts, config):
            pass

    asyncio.run(once())


PROGRAM = """
import asyncio
from serving.engine_slot import EngineSlot
from serving.server import serve
from serving.server_config import ServerConfig
from serving.server_parts import Parts
from tests.serving.memory_log import MemoryLog
from tests.serving.planted_shop import PlantedShop

async def main():
    parts = Parts(slot=EngineSlot(PlantedShop()), log=MemoryLog())
    config = ServerConfig(port=0, grace_s=600.0)
    await serve(parts, config, lambda at: print("on", at, flush=True))

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_with_exit_code_zero(number: signal.Signals):
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert re.fullmatch(r"on 127\.0\.0\.1:\d+\n", line)
            assert check(line.split()[1], "") == SERVING
            process.send_signal(number)
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
