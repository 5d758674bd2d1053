"""Ten times the calls that can be answered: who is let in waits within bounds, others are told."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np
import pytest

from engine.questions import ComplementsQuestion, ScoreQuestion
from engine.requests import Slot
from serving.call_error import CallError, error_of_call
from serving.load import LOAD_OPTIONS, Load, put_load
from serving.load_questions import method_of, request_of
from tests.serving.server_process import ServerProcess, planted_server

BATCH, WAITING = 2, 16
SLOW = """
import time

class Shop(PlantedShop):
    def answer(self, questions):
        time.sleep(0.05)
        return super().answer(questions)
"""
CONFIG = f"batches=BatchConfig(max_size={BATCH}, max_waiting={WAITING})"
OVERLOAD = 10
QUESTION = ScoreQuestion(outfits=[["navy-shirt"]])
OTHER = ComplementsQuestion(context=["navy-shirt"], slot=Slot(category="shoes"), k=2)
OTHER_EVERY = 8
"""One call in so many asks for complements."""


@dataclass(frozen=True)
class Outcome:
    seconds: float
    refusal: CallError | None


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    with planted_server(SLOW, CONFIG) as server:
        yield server


async def capacity(channel: grpc.aio.Channel) -> float:
    """Calls a second that are answered where there are always enough of them."""
    load = Load(
        method=method_of(QUESTION),
        requests=[request_of(QUESTION)],
        concurrency=2 * BATCH,
        max_calls=40,
    )
    result = await put_load(channel, load)
    assert not result.errors
    return result.per_second


async def poured(channel: grpc.aio.Channel, rate: float, count: int) -> list[Outcome]:
    """What becomes of calls that come at a rate, whether or not others were answered."""
    began = time.perf_counter()

    async def ask(number: int) -> Outcome:
        await asyncio.sleep(began + number / rate - time.perf_counter())
        question = QUESTION if number % OTHER_EVERY else OTHER
        call: Any = channel.unary_unary(method_of(question))
        start, refusal = time.perf_counter(), None
        try:
            await call(request_of(question), timeout=60)
        except grpc.aio.AioRpcError as error:
            refusal = error_of_call(error)
        return Outcome(seconds=time.perf_counter() - start, refusal=refusal)

    return await asyncio.gather(*map(ask, range(count)))


async def overloaded(server: ServerProcess, count: int) -> tuple[float, list[Outcome]]:
    """Calls a second that it can answer, and what became of ten times as many."""
    async with grpc.aio.insecure_channel(server.address, options=LOAD_OPTIONS) as channel:
        answered = await capacity(channel)
        return answered, await poured(channel, OVERLOAD * answered, count)


def test_overload_leaves_bounded_waits_clear_refusals_and_flat_memory(server: ServerProcess):
    asyncio.run(overloaded(server, 1_000))  # what it allocates once, and a part as long as half
    held = server.resident_mib()
    with server.grows_less_than(8):
        answered, outcomes = asyncio.run(overloaded(server, 2_200))
    assert server.resident_mib() - held < 4
    accepted = [one.seconds for one in outcomes if one.refusal is None]
    refused = [one for one in outcomes if one.refusal is not None]
    assert len(refused) > len(outcomes) / 2
    in_front = WAITING + 2 * BATCH  # the full queue, the batch before it, and the own batch
    assert np.quantile(accepted, 0.99) < 5 * in_front / answered
    assert np.quantile([one.seconds for one in refused], 0.5) < np.quantile(accepted, 0.5) / 2
    assert len(accepted) > len(outcomes) / OVERLOAD / 2, "overload leaves capacity unused"
    for one in refused:
        assert one.refusal is not None
        assert one.refusal.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert one.refusal.reason == "OVERLOADED"
        assert one.refusal.retry_after_s is not None
        assert one.refusal.retry_after_s > 0
