"""What the server costs beside a bare gRPC echo of the same message sizes.

A real `python -m serving serve` on 250,000 items, an echo in a process of its own, and the load
generator of `outfit bench` here; all three share the machine. Server and echo are asked in turns.
Run alone: `python -m benchmarks serving`, every load longer with `--seconds 60`, of another
catalogue with `--items`, by another model with `--model`.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from benchmarks.large_bundle import write_large_bundle
from benchmarks.processes import Server, server_of
from benchmarks.row import Row
from benchmarks.workers import second_worker_row
from engine.model_names import RecipeName
from serving.load import LOAD_OPTIONS, Load, LoadResult, put_load
from serving.load_questions import Asked, draw_questions, known_items, method_of, request_of

NUM_ITEMS = 250_000
MODEL: RecipeName = "mean-pool"
"""What `outfit train` trains where no model is named."""
SECONDS = 15.0
CROWD_SECONDS = 60.0  # for which the bar wants no error
TURNS = 5
CROWD = 64
NUM_QUESTIONS = 500
START_BAR_S, MEMORY_BAR_MIB = 5.0, 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What came of the same load on the server and on the echo."""

    served: LoadResult
    echoed: LoadResult


def rows(
    seconds: float | None = None, num_items: int = NUM_ITEMS, model: RecipeName = MODEL
) -> Iterator[Row]:
    """The rows of this file.

    Args:
        seconds: of each load on the server, and as many on the echo; 15, and 60 for the crowd, by
            default.
        num_items: of the catalogue.
        model: that is served.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        bundle = write_large_bundle(folder, num_items, model)
        os.sync()  # or the disk is written to while the server is asked
        reading = reading_s(bundle)
        began = time.perf_counter()
        uncached = ["serve", str(bundle), "--port", "0", "--cache-mib", "0"]
        with server_of("serving", uncached, folder / "log") as server:
            check_health(server.address)
            yield start_row(time.perf_counter() - began, reading, num_items)
            yield from load_rows(server, folder / "echo.log", seconds)
            yield memory_row(server.memory_mib(), (bundle / "vectors.npy").stat().st_size / 2**20)
        yield second_worker_row(bundle, folder)
        cached = ["serve", str(bundle), "--port", "0"]
        with server_of("serving", cached, folder / "log") as server:
            yield from cached_rows(server, folder / "echo.log", seconds or SECONDS)


def load_rows(server: Server, log: Path, seconds: float | None) -> Iterator[Row]:
    """The rows of each load; the server is asked every question once before."""
    names: dict[Asked, str] = {"fill": "FillInTheBlank", "complements": "RetrieveComplements"}
    items = known_items(server.address)
    loads = {kind: load_of(kind, items, (seconds or SECONDS) / TURNS) for kind in names}
    crowd = replace(
        loads["complements"], concurrency=CROWD, seconds=(seconds or CROWD_SECONDS) / TURNS
    )
    sizes = {kind: asyncio.run(response_size(server, load)) for kind, load in loads.items()}
    with server_of("benchmarks.echo", [str(size) for size in sizes.values()], log) as echo:

        def beside(kind: Asked, load: Load) -> Beside:
            return asyncio.run(in_turns(server, echo, load, f"/Echo/{sizes[kind]}"))

        for kind, name in names.items():
            alone = beside(kind, replace(loads[kind], concurrency=1))
            yield alone_row(f"{name}, 1 caller", alone)
        yield from crowd_rows(f"RetrieveComplements, {CROWD}", beside("complements", crowd))


def cached_rows(server: Server, log: Path, seconds: float) -> Iterator[Row]:
    """The row of a question that was asked before."""
    load = load_of("fill", known_items(server.address), seconds / TURNS)
    size = asyncio.run(response_size(server, load))  # asks every question once
    with server_of("benchmarks.echo", [str(size)], log) as echo:
        beside = asyncio.run(in_turns(server, echo, load, f"/Echo/{size}"))
    yield alone_row("FillInTheBlank, asked before", beside, times=1.5)


def load_of(kind: Asked, items: dict[str, tuple[str, ...]], seconds: float) -> Load:
    """A load of questions that all differ."""
    questions = draw_questions(kind, items, count=NUM_QUESTIONS)
    requests = [request_of(question) for question in questions]
    return Load(method=method_of(questions[0]), requests=requests, seconds=seconds)


async def response_size(server: Server, load: Load) -> int:
    """Bytes of a response, in the mean over all questions."""
    async with grpc.aio.insecure_channel(server.address, options=LOAD_OPTIONS) as channel:
        call: Any = channel.unary_unary(load.method)
        answers = [await call(request) for request in load.requests]
    return round(sum(map(len, answers)) / len(answers))


async def in_turns(server: Server, echo: Server, load: Load, echo_method: str) -> Beside:
    """The load on one and the other, `TURNS` times."""
    served, echoed = [], []
    async with (
        grpc.aio.insecure_channel(server.address, options=LOAD_OPTIONS) as ours,
        grpc.aio.insecure_channel(echo.address, options=LOAD_OPTIONS) as bare,
    ):
        for channel in (ours, bare):
            await channel.channel_ready()
        for _ in range(TURNS):
            echoed.append(await put_load(bare, replace(load, method=echo_method)))
            served.append(await put_load(ours, load))
    return Beside(served=LoadResult.joined(served), echoed=LoadResult.joined(echoed))


def alone_row(name: str, beside: Beside, *, times: float = 4) -> Row:
    """Half of the calls, one at a time, take at most so many times as long as those of the echo.

    Raises:
        RuntimeError: a call was not answered: what the others took says nothing.
    """
    errors = LoadResult.joined([beside.served, beside.echoed]).errors
    if errors:
        raise RuntimeError(f"{name}: expected only answers, got {dict(errors)}")
    ours, bare = (1e6 * each.quantile_s(0.5) for each in (beside.served, beside.echoed))
    return Row(
        name=f"{name}: p50",
        value=ours,
        unit="us",
        ratio=ours / bare,
        reference=f"echo p50 {bare:.0f} us",
        bar=times * bare,
        better="less",
    )


def crowd_rows(name: str, beside: Beside) -> Iterator[Row]:
    """Calls a second, their tail, and errors."""
    ours, bare = beside.served, beside.echoed
    yield Row(
        name=f"{name}: calls",
        value=ours.per_second,
        unit="calls/s",
        ratio=ours.per_second / bare.per_second,
        reference=f"echo {bare.per_second:.0f} calls/s",
        bar=0.25 * bare.per_second,
    )
    middle, tail = (1e6 * ours.quantile_s(share) for share in (0.5, 0.99))
    yield Row(
        name=f"{name}: p99",
        value=tail,
        unit="us",
        ratio=tail / middle,
        reference=f"its own p50 {middle:.0f} us",
        bar=4 * middle,
        better="less",
    )
    asked = len(ours.latencies_s) + ours.num_errors
    yield Row(
        name=f"{name}: errors",
        value=ours.num_errors,
        unit="errors",
        ratio=ours.num_errors / asked,
        reference=f"{asked} calls in {ours.seconds:.0f} s {dict(ours.errors) or ''}",
        bar=0,
        better="less",
    )


def start_row(seconds: float, reading: float, num_items: int) -> Row:
    """From nothing to SERVING."""
    return Row(
        name=f"start to SERVING, {num_items // 1000}k items",
        value=seconds,
        unit="s",
        ratio=seconds / reading,
        reference=f"reading and hashing its files {reading:.2f} s",
        bar=START_BAR_S,
        better="less",
    )


def memory_row(resident: float, vectors: float) -> Row:
    """What the server holds after all loads."""
    return Row(
        name="server memory after the loads",
        value=resident,
        unit="MiB",
        ratio=resident / vectors,
        reference=f"the vectors, {vectors:.0f} MiB",
        bar=vectors + MEMORY_BAR_MIB,
        better="less",
    )


def check_health(address: str) -> None:
    """Raise `RuntimeError` unless the server says SERVING."""
    with grpc.insecure_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        status = stub.Check(health_pb2.HealthCheckRequest(), timeout=10).status
    if status != health_pb2.HealthCheckResponse.SERVING:
        raise RuntimeError(f"{address}: expected SERVING, got {status}")


def reading_s(folder: Path) -> float:
    """Seconds in which the files of a folder are read and hashed."""
    began = time.perf_counter()
    for path in folder.iterdir():
        hashlib.sha256(path.read_bytes())
    return time.perf_counter() - began
