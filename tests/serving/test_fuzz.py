"""A real server under requests that nobody sane would send; `make fuzz` sends 100,000 of them."""

import itertools
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionResponse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.recommender import Recommender
from engine.requests import ItemContent, Upsert
from serving.bundle_client import BundleClient
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from tests.serving.fuzzed_requests import FuzzedRequest, fuzzed_requests
from tests.serving.server_process import ServerProcess, outfit_serve

TOGETHER, ROUND = 8, 2_000
ANSWERED = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,  # to roll back where nothing was active before
}
CODES = {code.value[0]: code for code in ANSWERED}
STREAM = "/outfit.v1.OutfitService/StreamAnswers"
RESTOCK_EVERY = 25
GROWTH_MIB = 64


@pytest.fixture
def server(tiny_bundle: Path, other_seed: Path, tmp_path: Path) -> Iterator[ServerProcess]:
    for name, source in {"first": tiny_bundle, "second": other_seed}.items():
        shutil.copytree(source, tmp_path / name)
    flags = ["--bundles", str(tmp_path), "--cache-mib", "1", "--max-waiting", "100000"]
    with outfit_serve(*flags) as server:
        with BundleClient(server.address) as operator:
            operator.activate("first")
        yield server


def codes(channel: grpc.Channel, requests: Sequence[FuzzedRequest]) -> list[grpc.StatusCode]:
    """How calls end that are made together, and each question of their streams."""
    calls = [_begun(channel, request) for request in requests]
    return [code for call in calls for code in call]


def _begun(channel: grpc.Channel, request: FuzzedRequest) -> Iterator[grpc.StatusCode]:
    method, [payload, *_] = request.method, request.payloads
    if request.shape == "call":
        call: Any = channel.unary_unary(method).future(payload, timeout=60)
        return (call.code() for _ in range(1))
    if request.shape == "watch":
        return _watch_codes(channel.unary_stream(method)(payload, timeout=60))
    return _stream_codes(channel.stream_stream(method)(iter(request.payloads), timeout=60), method)


def _watch_codes(watch: Any) -> Iterator[grpc.StatusCode]:
    """One: a watch that tells something is answered, and never ends by itself."""
    try:
        next(watch)
    except grpc.RpcError:
        yield watch.code()
    else:
        watch.cancel()
        yield grpc.StatusCode.OK


def _stream_codes(stream: Any, method: str) -> Iterator[grpc.StatusCode]:
    try:
        for payload in stream:
            yield CODES.get(_code_told(payload, method), grpc.StatusCode.UNKNOWN)
    except grpc.RpcError:
        pass
    yield stream.code()


def _code_told(payload: bytes, method: str) -> int:
    if method == STREAM:
        return pb.StreamAnswersResponse.FromString(payload).status.code
    return ServerReflectionResponse.FromString(payload).error_response.error_code


def restock(address: str, ids: Sequence[str], category: str) -> None:
    """What was deleted comes back, so that questions about it have answers."""
    content = ItemContent(category=category)
    with CatalogueClient(address) as client:
        client.upsert([Upsert(item_id=name, content=content) for name in ids])


def test_no_request_is_answered_as_a_fault_and_none_leaves_anything_behind(
    server: ServerProcess, tiny_recommender: Recommender, pytestconfig: pytest.Config
):
    total = pytestconfig.getoption("fuzz_requests")
    ids = tiny_recommender.items["item_id"].to_list()[:4]
    categories = tiny_recommender.info.categories[:2]
    words = [*ids, *categories, "first", "second"]
    seen, resident, turns = Counter[grpc.StatusCode](), list[float](), itertools.count(1)

    @settings(
        max_examples=ROUND // TOGETHER,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(fuzzed_requests(words), min_size=TOGETHER, max_size=TOGETHER))
    def ask(requests: list[FuzzedRequest]) -> None:
        if next(turns) % RESTOCK_EVERY == 1:
            restock(server.address, ids, categories[0])
            resident.append(server.resident_mib())
        found = codes(channel, requests)
        seen.update(found)
        assert set(found) <= ANSWERED

    with grpc.insecure_channel(server.address) as channel:
        while seen.total() < total:
            ask()  # round after round: hypothesis remembers all that it tried in one
    print("answers:", {code.name: count for code, count in seen.items()})  # noqa: T201 - see -rP
    print("MiB resident:", [round(mib) for mib in resident[:: len(resident) // 10]])  # noqa: T201
    assert min(seen[code] for code in ANSWERED) > 0
    warm = resident[len(resident) // 5]
    assert resident[-1] - warm < GROWTH_MIB
    restock(server.address, ids, categories[0])
    with OutfitClient(server.address) as client:
        assert len(client.score([ids]).scores) == 1
