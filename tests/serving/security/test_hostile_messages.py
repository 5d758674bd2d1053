"""What strangers send may not make a server grow: measured on a process of its own."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any

import grpc
import pytest

from engine.questions import ScoreQuestion
from engine.requests import ItemContent, Upsert
from serving.call_error import CallError
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.load_questions import request_of
from serving.request_budget import CALL_BYTES
from serving.security.channel import Credentials
from serving.security.key_file import write_keys
from serving.security.keys import ApiKey, Scope, new_secret, sha256_of
from tests.serving.claimed_pictures import jpeg_with, png, png_bomb, whole
from tests.serving.repeated_calls import PATIENCE_S, wait_until
from tests.serving.security.raw_call import claim, pour
from tests.serving.server_process import ServerProcess, planted_server

SECRET = new_secret()
CREDENTIALS = Credentials(api_key=SECRET)
SCORE = "/outfit.v1.OutfitService/ScoreOutfits"
STREAM = "/outfit.v1.OutfitService/StreamAnswers"
UPSERT = "/outfit.v1.CatalogService/UpsertItems"
BEARER = (("authorization", f"Bearer {SECRET}"),)
MIB = 2**20
HELD = 4
"""Of the large questions, as many as a busy server has room for."""
BUSY = """
import gc, time
gc.disable()  # what is let go only when the garbage is collected is not let go

class Shop(PlantedShop):
    def answer(self, questions):
        time.sleep(3_600)
"""
LARGE = ScoreQuestion(outfits=[[ItemContent(image=png(1, 1).ljust(8 * MIB - 100))] * 2])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    keys = tmp_path_factory.mktemp("hostile") / "keys.json"
    scopes = frozenset({Scope.READ, Scope.WRITE})
    write_keys(keys, [ApiKey(name="shop", sha256=sha256_of(SECRET), scopes=scopes)])
    protected = "protection=Protection(keys=Path(sys.argv[1]))"
    updated = "from tests.serving.updated_shop import UpdatedShop as Shop"
    with planted_server(updated, protected, str(keys)) as server:
        for _ in range(5):  # what a server allocates once
            answer(server.address)
        yield server


def answer(address: str) -> int:
    with OutfitClient(address, credentials=CREDENTIALS, attempts=1) as client:
        return len(client.score([["navy-shirt"]]).scores)


def score(address: str, items: Sequence[ItemContent]) -> None:
    with OutfitClient(address, credentials=CREDENTIALS) as client:
        client.score([items])


def stream(address: str, items: Sequence[ItemContent]) -> None:
    with OutfitClient(address, credentials=CREDENTIALS) as client:
        [(_, outcome)] = client.stream([("only", ScoreQuestion(outfits=[items]))])
    if isinstance(outcome, CallError):
        raise outcome


def upsert(address: str, items: Sequence[ItemContent]) -> None:
    with CatalogueClient(address, credentials=CREDENTIALS) as client:
        client.upsert([Upsert(item_id=f"{n}", content=one) for n, one in enumerate(items)])


ASKED: dict[str, Callable[[str, Sequence[ItemContent]], None]] = {
    SCORE: score,
    STREAM: stream,
    UPSERT: upsert,
}
"""Each way in which requests are read: how such a request is answered, or CallError raised."""


def pictured(*sizes: int) -> list[ItemContent]:
    """Items whose pictures take so many MiB, and little once they are unpacked."""
    return [ItemContent(category="shoes", image=png(1, 1).ljust(size * MIB)) for size in sizes]


def send(
    address: str, payload: bytes, *, compression: grpc.Compression | None = None, known: bool = True
) -> grpc.StatusCode:
    """The code of a call that sends some bytes, whatever the client thinks of them."""
    options = [("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(address, options=options, compression=compression) as channel:
        method = channel.unary_unary(SCORE)
        with pytest.raises(grpc.RpcError) as caught:
            method(payload, timeout=PATIENCE_S, metadata=BEARER if known else ())
    return caught.value.code()


@pytest.mark.parametrize("method", ASKED)
def test_a_message_that_claims_a_gibibyte_is_refused_at_its_first_bytes(
    server: ServerProcess, method: str
):
    with server.grows_less_than(16):
        received = claim(server.address, method, SECRET, 2**30)
        assert b"grpc-status\x018" in received  # RESOURCE_EXHAUSTED
        assert answer(server.address) == 1


def test_a_gibibyte_that_is_sent_whatever_the_server_says_ends_its_connection(
    server: ServerProcess,
):
    with server.grows_less_than(16):
        assert pour(server.address, SCORE, SECRET, 2**30) < 2**30
        assert answer(server.address) == 1


@pytest.mark.parametrize("method", ASKED)
def test_messages_of_10_mib_are_answered_in_flat_memory(server: ServerProcess, method: str):
    items = pictured(5, 5)

    def peak_of_twenty() -> float:
        server.forget_peak()
        for _ in range(20):
            ASKED[method](server.address, items)
        return server.peak_mib()

    *_, first, second = [peak_of_twenty() for _ in range(5)]  # until what is kept is there
    assert second - first < 24  # of 200 MiB


@pytest.mark.parametrize("method", ASKED)
def test_a_message_of_10_mib_that_breaks_the_contract_is_refused_by_name(
    server: ServerProcess, method: str
):
    with server.grows_less_than(64):
        with pytest.raises(CallError) as caught:
            ASKED[method](server.address, pictured(1, 9))
        assert (caught.value.code, caught.value.reason) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            "INVALID_FIELD",
        )
        [violation] = caught.value.violations
        assert violation.field.endswith("items[1].content.image")
        assert answer(server.address) == 1


def test_a_message_beyond_the_limit_is_refused_before_it_is_taken_in(server: ServerProcess):
    with server.grows_less_than(24):
        code = send(server.address, bytes(128 * MIB))
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert answer(server.address) == 1


def test_a_message_that_unpacks_beyond_the_limit_is_refused(server: ServerProcess):
    with server.grows_less_than(64):  # twice the limit
        code = send(server.address, bytes(128 * MIB), compression=grpc.Compression.Gzip)
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert answer(server.address) == 1


def test_what_bears_no_key_is_not_taken_in(server: ServerProcess):
    payload = bytes(30 * MIB)
    with server.grows_less_than(64), ThreadPoolExecutor(16) as callers:
        sent = [callers.submit(send, server.address, payload, known=False) for _ in range(16)]
        codes = {one.result() for one in sent}
        assert codes == {grpc.StatusCode.UNAUTHENTICATED}
        assert answer(server.address) == 1


@pytest.fixture
def busy() -> Iterator[ServerProcess]:
    """It answers nothing, and has room for some of the large questions."""
    room = HELD * (len(request_of(LARGE)) + CALL_BYTES)
    with planted_server(BUSY, f"max_held_bytes={room}") as server:
        yield server


def test_large_requests_that_wait_are_held_within_a_budget_and_those_refused_are_let_go(
    busy: ServerProcess,
):
    payload = request_of(LARGE)
    with grpc.insecure_channel(busy.address) as channel:
        calls = list[Any]()
        with busy.grows_less_than(450):  # of 1,536 MiB that are sent, each byte held thrice
            for _ in range(96):
                calls.append(channel.unary_unary(SCORE).future(payload, timeout=600))
                wait_until(lambda: sum(not call.done() for call in calls) <= HELD)
            time.sleep(1)
        refused = [call for call in calls if call.done()]
        assert len(refused) == 96 - HELD
        assert {call.code() for call in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}


def test_large_questions_of_a_stream_that_wait_are_held_within_the_budget_as_well(
    busy: ServerProcess,
):
    with OutfitClient(busy.address) as client:
        with busy.grows_less_than(450):
            outcomes = client.stream((f"{number}", LARGE) for number in range(96))
            told = [outcome for _, outcome in islice(outcomes, 96 - HELD)]  # of all but those held
        assert {getattr(one, "reason", None) for one in told} == {"OVERLOADED"}


BOMBS: dict[str, Callable[[], bytes]] = {
    "png": partial(png_bomb, 50_000),
    "jpeg": partial(whole, "JPEG", 5_000),
    "webp": partial(whole, "WEBP", 5_000),
    "jpeg of two frames": partial(jpeg_with, (8_000, 8_000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_picture_that_unpacks_to_a_lot_is_refused_and_not_unpacked(
    server: ServerProcess, name: str
):
    bomb = ItemContent(image=BOMBS[name]())
    with OutfitClient(server.address, credentials=CREDENTIALS) as client:
        with server.grows_less_than(24):
            for _ in range(8):
                with pytest.raises(CallError) as caught:
                    client.score([["navy-shirt", bomb]])
        assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT
        assert caught.value.violations[0].field == "outfits[0].items[1].content.image"
