"""What a server holds of requests at once, on the wire and by itself."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest

from data.errors import OverloadError
from engine.questions import ScoreQuestion
from engine.requests import ItemContent
from serving.call_error import CallError
from serving.client import OutfitClient
from serving.request_budget import LARGEST_BYTES, RequestBudget
from serving.security.channel import Credentials
from serving.security.key_file import write_keys
from serving.security.keys import ApiKey, Scope, new_secret, sha256_of
from serving.security.protection import Protection
from serving.server_config import ServerConfig
from tests.serving.background_server import background_server
from tests.serving.claimed_pictures import png
from tests.serving.repeated_calls import PATIENCE_S
from tests.serving.test_server import HeldShop

MIB = 2**20
LARGE = [[ItemContent(image=png(1, 1).ljust(700_000))]]
SMALL = [["navy-shirt"]]


@pytest.fixture
def shop() -> HeldShop:
    return HeldShop()


@pytest.fixture
def address(shop: HeldShop) -> Iterator[str]:
    """Of a server that holds one large request at once, and not two."""
    with background_server(shop, ServerConfig(port=0, max_held_bytes=MIB)) as server:
        try:
            yield server.address
        finally:
            shop.let_go.set()


@pytest.fixture
def impatient(address: str) -> Iterator[OutfitClient]:
    with OutfitClient(address, attempts=1) as client:
        yield client


def test_a_request_for_which_there_is_no_room_is_refused_until_there_is(
    shop: HeldShop, impatient: OutfitClient
):
    with ThreadPoolExecutor(2) as callers:
        large = callers.submit(impatient.score, LARGE)
        assert shop.asked.wait(PATIENCE_S)
        with pytest.raises(CallError) as caught:
            impatient.score(LARGE)
        small = callers.submit(impatient.score, SMALL)
        shop.let_go.set()
        assert len(large.result(PATIENCE_S).scores) == len(small.result(PATIENCE_S).scores) == 1
    assert caught.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert caught.value.reason == "OVERLOADED"
    assert caught.value.retry_after_s == 0.5
    assert len(impatient.score(LARGE).scores) == 1


def test_a_question_of_a_stream_for_which_there_is_no_room_is_refused_alone(
    shop: HeldShop, impatient: OutfitClient
):
    questions = [("first", ScoreQuestion(outfits=LARGE)), ("second", ScoreQuestion(outfits=LARGE))]
    answers = impatient.stream(questions)
    name, refusal = next(answers)
    assert name == "second"
    assert isinstance(refusal, CallError)
    assert refusal.reason == "OVERLOADED"
    shop.let_go.set()
    [(name, answer)] = answers
    assert name == "first"
    assert not isinstance(answer, CallError)


def test_a_request_that_is_refused_is_not_held(address: str):
    with grpc.insecure_channel(address) as channel:
        score = channel.unary_unary("/outfit.v1.OutfitService/ScoreOutfits")
        for _ in range(3):
            with pytest.raises(grpc.RpcError) as caught:
                score(b"\xff" * 700_000, timeout=PATIENCE_S)
            assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_what_one_key_holds_leaves_room_for_the_others(shop: HeldShop, tmp_path: Path):
    secrets = {name: new_secret() for name in ("greedy", "modest")}
    write_keys(
        tmp_path / "keys.json",
        [
            ApiKey(name=name, sha256=sha256_of(secret), scopes=frozenset({Scope.READ}))
            for name, secret in secrets.items()
        ],
    )
    config = ServerConfig(
        port=0, max_held_bytes=80 * MIB, protection=Protection(keys=tmp_path / "keys.json")
    )
    twenty_mib = [[ItemContent(image=png(1, 1).ljust(700_000))] * 30]
    with ExitStack() as stack:
        server = stack.enter_context(background_server(shop, config))
        stack.callback(shop.let_go.set)
        greedy, modest = (
            stack.enter_context(
                OutfitClient(server.address, credentials=Credentials(api_key=secret), attempts=1)
            )
            for secret in secrets.values()
        )
        callers = stack.enter_context(ThreadPoolExecutor(2))
        held = callers.submit(greedy.score, twenty_mib)
        assert shop.asked.wait(PATIENCE_S)
        with pytest.raises(CallError) as caught:
            greedy.score(twenty_mib)
        other = callers.submit(modest.score, twenty_mib)
        with pytest.raises(TimeoutError):  # it waits for its turn, and is not refused
            other.result(1)
        shop.let_go.set()
        assert len(held.result(PATIENCE_S).scores) == len(other.result(PATIENCE_S).scores) == 1
    assert caught.value.reason == "OVERLOADED"


def refused(budget: RequestBudget, size: int, caller: str = "") -> bool:
    try:
        with budget.holding(size, caller):
            return False
    except OverloadError:
        return True


@pytest.mark.parametrize("held", [[], [6], [6, 3]])
def test_there_is_room_for_what_is_left_of_the_limit(held: Sequence[int]):
    budget = RequestBudget(10)
    for size in held:
        budget.take(size, "")
    left = 10 - sum(held)
    for _ in range(2):  # neither takes anything for good
        assert not refused(budget, left)
        assert refused(budget, left + 1)
    for size in held:
        budget.give_back(size, "")
    assert not refused(budget, 10)


def test_a_key_has_half_of_the_limit():
    half = 40 * MIB
    budget = RequestBudget(2 * half)
    budget.take(half, "greedy")
    assert refused(budget, 1, "greedy")
    for other in ("modest", ""):
        assert not refused(budget, half, other)
    budget.give_back(half, "greedy")
    assert not refused(budget, half, "greedy")
    assert refused(budget, half + 1, "greedy")


def test_a_key_has_room_for_the_largest_message_where_there_is_room_for_one():
    budget = RequestBudget(LARGEST_BYTES)
    assert not refused(budget, LARGEST_BYTES, "greedy")
