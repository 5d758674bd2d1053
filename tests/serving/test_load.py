import asyncio
import time

import pytest

from engine.questions import FillQuestion, ScoreQuestion
from serving.load import LOAD_OPTIONS, Load, LoadResult, put_load
from serving.load_questions import method_of, request_of
from serving.security.channel import NO_CREDENTIALS, open_async_channel
from tests.serving.background_server import background_server
from tests.serving.counting_shop import CountingShop

KNOWN = FillQuestion(context=["navy-shirt"], candidates=["teal-shoes", "red-shoes"])
UNKNOWN = FillQuestion(context=["navy-shirt"], candidates=["nope"])


def load_of(*questions: FillQuestion | ScoreQuestion, **bounds: float) -> Load:
    requests = [request_of(question) for question in questions]
    return Load(method=method_of(questions[0]), requests=requests, **bounds)


def put(address: str, load: Load) -> LoadResult:
    async def run() -> LoadResult:
        async with open_async_channel(address, NO_CREDENTIALS, LOAD_OPTIONS) as channel:
            return await put_load(channel, load)

    return asyncio.run(run())


def test_the_server_sees_as_many_questions_as_are_counted():
    shop = CountingShop()
    with background_server(shop) as server:
        result = put(server.address, load_of(KNOWN, max_calls=57, concurrency=8))
    assert len(result.latencies_s) == 57
    assert result.num_errors == 0
    assert sum(map(len, shop.batches)) == 57


def test_requests_are_asked_in_turn_and_errors_told_by_reason(address: str):
    result = put(address, load_of(KNOWN, KNOWN, UNKNOWN, max_calls=30, concurrency=4))
    assert len(result.latencies_s) == 20
    assert result.errors == {"NOT_FOUND (UNKNOWN_ITEM)": 10}


def test_a_load_ends_after_its_seconds(address: str):
    began = time.perf_counter()
    result = put(address, load_of(KNOWN, seconds=0.3, concurrency=2, max_calls=20_000))
    assert 0.3 <= result.seconds <= time.perf_counter() - began
    assert len(result.latencies_s) < 20_000
    assert result.per_second == pytest.approx(len(result.latencies_s) / result.seconds)
    assert 0 < max(result.latencies_s) < result.seconds


def test_a_caller_that_nobody_answers_in_time_says_so(address: str):
    result = put(address, load_of(KNOWN, max_calls=3, deadline_s=1e-6))
    assert result.num_errors == 3
    assert result.errors.keys() <= {"DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED (TOO_LATE)"}
    assert result.latencies_s == []


def test_nobody_at_the_address_is_an_error_that_no_retry_hides():
    result = put("127.0.0.1:1", load_of(KNOWN, max_calls=2, deadline_s=600.0))
    assert result.errors == {"UNAVAILABLE": 2}
    assert result.seconds < 60


def test_quantiles_are_latencies_that_were_measured():
    result = LoadResult(seconds=2.0, latencies_s=[0.4, 0.1, 0.2, 0.3], errors={})
    quantiles = [result.quantile_s(share) for share in (0.25, 0.5, 0.51, 0.99, 1.0)]
    assert quantiles == [0.1, 0.2, 0.3, 0.4, 0.4]


def test_joined_results_are_those_of_one_longer_load():
    parts = [
        LoadResult(seconds=1.0, latencies_s=[0.1], errors={"UNAVAILABLE": 1}),
        LoadResult(seconds=3.0, latencies_s=[0.2], errors={"UNAVAILABLE": 2, "INTERNAL": 1}),
    ]
    assert LoadResult.joined(parts) == LoadResult(
        seconds=4.0, latencies_s=[0.1, 0.2], errors={"UNAVAILABLE": 3, "INTERNAL": 1}
    )
