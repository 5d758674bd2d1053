"""SIGTERM in the middle of load, on a process of its own."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2 as pb
from grpc_health.v1 import health_pb2_grpc

from engine.questions import Question, ScoreQuestion
from engine.requests import Upsert
from serving.answer_stream import WINDOW
from serving.call_error import CallError
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.client_codec import Answer, ScoreAnswer
from tests.serving.repeated_calls import PATIENCE_S, wait_until

SCORE = "/outfit.v1.OutfitService/ScoreOutfits"
UPSERT = "/outfit.v1.CatalogService/UpsertItems"
STREAM = "/outfit.v1.OutfitService/StreamAnswers"
QUESTIONS = {SCORE: "ScoreQuestion", UPSERT: "UpsertQuestion"}
CALLERS = [SCORE] * 12 + [UPSERT] * 6
SHIRT = ScoreQuestion(outfits=[["navy-shirt"]])
PRICED = Upsert(item_id="navy-shirt", price=20.0)
GRACE_S = 60.0
SERVING = pb.HealthCheckResponse.SERVING
NOT_SERVING = pb.HealthCheckResponse.NOT_SERVING

PROGRAM = f"""
import asyncio, sys, time
from pathlib import Path
from serving.engine_slot import EngineSlot
from serving.request_log import configure_logging
from serving.server import serve
from serving.server_config import ServerConfig
from serving.server_parts import Parts
from tests.serving.memory_log import MemoryLog
from tests.serving.updated_shop import UpdatedShop

class SlowShop(UpdatedShop):
    def answer(self, questions):
        time.sleep(0.1)
        held = Path(sys.argv[1], type(questions[0]).__name__)
        if held.exists():
            print("held", flush=True)
        while held.exists():
            time.sleep(0.01)
        return super().answer(questions)

async def main():
    configure_logging()
    parts = Parts(slot=EngineSlot(SlowShop()), log=MemoryLog())
    config = ServerConfig(port=0, grace_s={GRACE_S})
    await serve(parts, config, lambda at: print("on", at, flush=True))

asyncio.run(main())
"""
"""Questions of a kind are held while there is a file of its name, and the first batch is told."""


@dataclass(frozen=True)
class Call:
    method: str
    began: float
    ended: float
    error: CallError | None


class Load:
    """Callers who score or upsert again as soon as they are answered, and never a second time."""

    def __init__(self, address: str) -> None:
        self.calls: list[Call] = []
        self._address, self._stopped = address, threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(each,)) for each in CALLERS]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _call(self, method: str) -> None:
        with (
            OutfitClient(self._address, deadline_s=60.0, attempts=1) as client,
            CatalogueClient(self._address, deadline_s=60.0, attempts=1) as catalogue,
        ):
            calls = {
                SCORE: partial(client.score, SHIRT.outfits),
                UPSERT: partial(catalogue.upsert, [PRICED]),
            }
            while not self._stopped.is_set():
                self.calls.append(_timed(method, calls[method]))


def _timed(method: str, call: Callable[[], object]) -> Call:
    began, error = time.monotonic(), None
    try:
        call()
    except CallError as caught:
        error = caught
    return Call(method, began, time.monotonic(), error)


@contextmanager
def slow_server(log: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with (
        log.open("wb") as said,
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", PROGRAM, str(log.parent)],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split()[1]
        finally:
            process.kill()


def statuses(channel: grpc.Channel) -> Iterator[int]:
    watch = health_pb2_grpc.HealthStub(channel).Watch(pb.HealthCheckRequest(), timeout=120)
    return (response.status for response in watch)


def logged_codes(log: Path) -> dict[str, Counter[str]]:
    """Of the calls that reached the server, by their method; watches of its health aside."""
    codes = defaultdict[str, Counter[str]](Counter)
    for record in map(json.loads, log.read_text("utf-8").splitlines()):
        if record.get("method", "").startswith("/outfit."):
            codes[record["method"]][record["code"]] += 1
    return dict(codes)


@pytest.mark.parametrize("method", [SCORE, UPSERT])
def test_a_server_that_is_told_to_end_fails_no_call_that_has_reached_it(
    tmp_path: Path, method: str
):
    log, held = tmp_path / "log", tmp_path / QUESTIONS[method]
    with (
        slow_server(log) as (process, address),
        grpc.insecure_channel(address) as channel,
        ThreadPoolExecutor(1) as watcher,
    ):
        told = watcher.submit(lambda: list(statuses(channel)))
        with Load(address) as load:
            wait_until(lambda: len(load.calls) >= 3 * len(CALLERS))
            held.touch()
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            signalled = time.monotonic()
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: "began to drain" in log.read_text("utf-8"))
            held.unlink()
            assert process.wait(GRACE_S - 20) == 0, "the watch held up the end"
        assert told.result(PATIENCE_S) == [SERVING, NOT_SERVING]
    answered = [call for call in load.calls if call.error is None]
    counted = Counter(call.method for call in answered)
    assert method in {call.method for call in answered if call.began < signalled < call.ended}
    assert logged_codes(log) == {each: {"OK": counted[each]} for each in {SCORE, UPSERT}}
    assert log.read_text("utf-8").count('"event": "began to drain"') == 1
    refused = {call.error.code for call in load.calls if call.error is not None}
    assert grpc.StatusCode.UNAVAILABLE in refused
    assert refused <= {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}


def test_a_stream_that_is_open_when_its_server_is_told_to_end_is_answered_to_its_end(
    tmp_path: Path,
):
    log, ending, heard = tmp_path / "log", threading.Event(), list[tuple[str, Answer | CallError]]()

    def questions() -> Iterator[tuple[str, Question]]:
        """More than are read ahead, and as many once the server takes no new calls."""
        yield from ((f"before {number}", SHIRT) for number in range(2 * WINDOW))
        assert ending.wait(60)
        yield from ((f"after {number}", SHIRT) for number in range(2 * WINDOW))

    with (
        slow_server(log) as (process, address),
        grpc.insecure_channel(address) as channel,
        OutfitClient(address, attempts=1) as client,
        ThreadPoolExecutor(1) as listener,
    ):
        listening = listener.submit(lambda: heard.extend(client.stream(questions())))
        told = statuses(channel)
        assert next(told) == SERVING
        wait_until(lambda: bool(heard))
        process.send_signal(signal.SIGTERM)
        assert next(told) == NOT_SERVING
        ending.set()
        listening.result(60)
        assert process.wait(GRACE_S - 20) == 0
    names, answers = zip(*heard, strict=True)
    wanted = [f"{when} {number}" for when in ("before", "after") for number in range(2 * WINDOW)]
    assert sorted(names) == sorted(wanted)
    assert all(isinstance(answer, ScoreAnswer) for answer in answers)
    assert logged_codes(log) == {STREAM: {"OK": 1}}
