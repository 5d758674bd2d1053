"""What strangers send may not make a server grow: measured on a process of its own."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import grpc
import pytest

from engine.questions import ScoreQuestion
from engine.requests import ItemContent
from serving.call_error import CallError
from serving.client import OutfitClient
from serving.load_questions import request_of
from serving.request_budget import CALL_BYTES
from serving.security.channel import Credentials
from serving.security.key_file import write_keys
from serving.security.keys import ApiKey, Scope, new_secret, sha256_of
from tests.serving.claimed_pictures import jpeg_with, png, png_bomb, whole
from tests.serving.security.raw_call import claim, pour
from tests.serving.server_process import ServerProcess, planted_server

SECRET = new_secret()
METHOD = "/outfit.v1.OutfitService/ScoreOutfits"
BEARER = (("authorization", f"Bearer {SECRET}"),)
MIB = 2**20
BUSY = """
import gc, time
gc.disable()  # what is let go only when the garbage is collected is not let go

class Shop(PlantedShop):
    def answer(self, questions):
        time.sleep(60)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    keys = tmp_path_factory.mktemp("hostile") / "keys.json"
    key = ApiKey(name="shop", sha256=sha256_of(SECRET), scopes=frozenset({Scope.READ}))
    write_keys(keys, [key])
    protected = "protection=Protection(keys=Path(sys.argv[1]))"
    with planted_server("Shop = PlantedShop", protected, str(keys)) as server:
        for _ in range(5):  # what a server allocates once
            answer(server.address)
        yield server


def answer(address: str) -> int:
    with OutfitClient(address, credentials=Credentials(api_key=SECRET), attempts=1) as client:
        return len(client.score([["navy-shirt"]]).scores)


def send(
    address: str, payload: bytes, *, compression: grpc.Compression | None = None, known: bool = True
) -> grpc.StatusCode:
    """The code of a call that sends some bytes, whatever the client thinks of them."""
    options = [("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(address, options=options, compression=compression) as channel:
        method = channel.unary_unary(METHOD)
        with pytest.raises(grpc.RpcError) as caught:
            method(payload, timeout=20, metadata=BEARER if known else ())
    return caught.value.code()


def test_a_message_that_claims_a_gibibyte_is_refused_at_its_first_bytes(server: ServerProcess):
    with server.grows_less_than(16):
        began = time.monotonic()
        received = claim(server.address, METHOD, SECRET, 2**30)
        assert time.monotonic() - began < 2
        assert b"grpc-status\x018" in received  # RESOURCE_EXHAUSTED
        assert answer(server.address) == 1


def test_a_gibibyte_that_is_sent_whatever_the_server_says_ends_its_connection(
    server: ServerProcess,
):
    with server.grows_less_than(16):
        assert pour(server.address, METHOD, SECRET, 2**30) < 2**30
        assert answer(server.address) == 1


def test_messages_of_10_mib_are_answered_in_flat_memory(server: ServerProcess):
    pictures = [ItemContent(image=png(1, 1).ljust(5 * MIB))] * 2
    credentials = Credentials(api_key=SECRET)
    with OutfitClient(server.address, credentials=credentials) as client:

        def peak_of_twenty() -> float:
            server.forget_peak()
            for _ in range(20):
                assert len(client.score([pictures]).scores) == 1
            return server.peak_mib()

        *_, first, second = [peak_of_twenty() for _ in range(5)]  # until what is kept is there
    assert second - first < 24  # of 200 MiB


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


def test_large_requests_that_wait_are_held_within_a_budget_and_those_refused_are_let_go():
    pictures = [ItemContent(image=png(1, 1).ljust(8 * MIB - 100))] * 2
    payload = request_of(ScoreQuestion(outfits=[pictures]))
    budget = f"max_held_bytes={4 * (len(payload) + CALL_BYTES)}"
    with planted_server(BUSY, budget) as server, grpc.insecure_channel(server.address) as channel:
        held, refused = [], []
        with server.grows_less_than(450):  # of 1,536 MiB that are sent, each byte held thrice
            for _ in range(96):
                call = channel.unary_unary(METHOD).future(payload, timeout=60)
                (refused if ended(call) else held).append(call)
        assert len(held) == 4
        assert {call.code() for call in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}


def ended(call: grpc.Future) -> bool:
    """Whether it ends before one that is held would."""
    try:
        call.exception(timeout=1)
    except grpc.FutureTimeoutError:
        return False
    return True


BOMBS: dict[str, Callable[[], bytes]] = {
    "png": partial(png_bomb, 50_000),
    "jpeg": partial(whole, "JPEG", 5_000),
    "webp": partial(whole, "WEBP", 5_000),
    "jpeg of two frames": partial(jpeg_with, (8_000, 8_000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_picture_that_unpacks_to_a_lot_is_refused_at_once(server: ServerProcess, name: str):
    bomb = ItemContent(image=BOMBS[name]())
    credentials = Credentials(api_key=SECRET)
    with OutfitClient(server.address, credentials=credentials) as client:
        with server.grows_less_than(24):
            began = time.monotonic()
            for _ in range(8):
                with pytest.raises(CallError) as caught:
                    client.score([["navy-shirt", bomb]])
            assert time.monotonic() - began < 4
        assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT
        assert caught.value.violations[0].field == "outfits[0].items[1].content.image"
