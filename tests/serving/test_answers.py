"""Wire tests of the response cache: no model work twice, no stale answer, no error for its loss."""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest

from engine.questions import (
    ComplementsQuestion,
    ExplainQuestion,
    FillQuestion,
    ScoreQuestion,
    TargetQuestion,
)
from engine.recommender import Recommender
from engine.requests import Filters, ItemContent, Slot, Upsert
from serving.bundle_client import BundleClient
from serving.cache.memory_cache import MemoryCache, MemoryCacheConfig
from serving.cache.redis_cache import RedisCache, RedisCacheConfig
from serving.cache.response_cache import ResponseCache
from serving.call_error import CallError
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.engine_slot import EngineSlot, OutfitEngine
from serving.metrics.endpoint import MetricsConfig
from serving.server_config import ServerConfig
from serving.server_parts import Parts
from tests.free_port import free_port
from tests.serving.background_server import background_server_of
from tests.serving.counting_shop import CountingShop
from tests.serving.memory_log import MemoryLog
from tests.serving.metrics.test_endpoint import get
from tests.serving.redis_server import FLEETING, RedisServer
from tests.serving.repeated_calls import PATIENCE_S, ask_until_given_up, wait_until

NAVY = ["navy-shirt", "navy-jeans"]
SHOES = Slot(category="shoes")
BAGS = Slot(category="bags")
Build = Callable[[], ResponseCache]


@pytest.fixture(params=["memory", "redis"])
def build(request: pytest.FixtureRequest, shared_redis: RedisServer, lineage: str) -> Build:
    """A cache for the loop of a server; Redis gets time enough on a busy machine."""
    if request.param == "memory":
        return lambda: MemoryCache(MemoryCacheConfig())
    config = RedisCacheConfig(url=shared_redis.url, lineage=lineage, timeout_s=PATIENCE_S)
    return lambda: RedisCache(config)


def serving(engine: OutfitEngine, build: Build, config: ServerConfig | None = None):
    def parts() -> Parts:
        return Parts(slot=EngineSlot(engine), log=MemoryLog(), cache=build())

    return background_server_of(parts, config)


@pytest.fixture
def shop() -> CountingShop:
    return CountingShop()


@pytest.fixture
def client(shop: CountingShop, build: Build) -> Iterator[OutfitClient]:
    with serving(shop, build) as server, OutfitClient(server.address, attempts=1) as client:
        yield client


def test_an_equal_call_of_any_kind_asks_the_model_once(shop: CountingShop, client: OutfitClient):
    asks: list[Callable[[], object]] = [
        lambda: client.score([NAVY, ["red-dress"]]),
        lambda: client.fill(NAVY, ["gold-shoes", "navy-shoes"]),
        lambda: client.complements(
            NAVY, SHOES, k=2, filters=Filters(exclude=frozenset({"nobody"}))
        ),
        lambda: client.explain(NAVY),
    ]
    first = [ask() for ask in asks]
    target = client.embed_target(NAVY, SHOES)
    assert len(shop.batches) == 5
    assert [ask() for ask in asks] == first
    again = client.embed_target(NAVY, SHOES)
    assert np.array_equal(again.vector, target.vector)
    assert (again.bundle_id, again.overlay_version) == ("planted-1", 0)
    assert len(shop.batches) == 5


def test_a_stream_and_single_calls_share_answers(shop: CountingShop, client: OutfitClient):
    score = client.score([NAVY])
    filled = client.fill(NAVY, ["gold-shoes"])
    asked = len(shop.batches)
    questions = {
        "score": ScoreQuestion(outfits=[NAVY]),
        "fill": FillQuestion(context=NAVY, candidates=["gold-shoes"]),
        "explain": ExplainQuestion(items=NAVY),
        "target": TargetQuestion(context=NAVY, slot=SHOES),
        "complements": ComplementsQuestion(context=NAVY, slot=SHOES, k=2),
    }
    found = dict(client.stream(questions.items()))
    assert (found["score"], found["fill"]) == (score, filled)
    assert len(shop.batches) == asked + 3
    assert client.explain(NAVY) == found["explain"]
    assert client.complements(NAVY, SHOES, k=2) == found["complements"]
    assert len(shop.batches) == asked + 3


def test_the_order_of_items_is_part_of_the_question(shop: CountingShop, client: OutfitClient):
    dress_last = client.fill(["navy-shirt", "red-dress"], ["navy-shoes"])
    dress_first = client.fill(["red-dress", "navy-shirt"], ["navy-shoes"])
    assert [one.field for one in dress_last.missing] == ["context[1]"]
    assert [one.field for one in dress_first.missing] == ["context[0]"]
    assert len(shop.batches) == 2


def test_a_hit_does_not_wait_behind_the_model(shop: CountingShop, client: OutfitClient):
    known = client.score([NAVY])
    shop.hold()
    shop.asked.clear()
    busy = threading.Thread(target=lambda: client.score([["red-dress"]]))
    busy.start()
    try:
        assert shop.asked.wait(PATIENCE_S)
        assert client.score([NAVY]) == known
    finally:
        shop.let_go.set()
        busy.join(PATIENCE_S)


def test_an_error_is_not_kept(shop: CountingShop, client: OutfitClient):
    for _ in range(2):
        with pytest.raises(CallError) as caught:
            client.score([["nobody"]])
        assert caught.value.code is grpc.StatusCode.NOT_FOUND
    assert len(shop.batches) == 2


def test_a_call_whose_deadline_passes_keeps_nothing(
    shop: CountingShop, build: Build, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO, "serving.interceptor"), serving(shop, build) as server:
        shop.hold()
        with OutfitClient(server.address, attempts=1, deadline_s=0.3) as hasty:
            ask_until_given_up(lambda: hasty.score([NAVY]), caplog)
        shop.let_go.set()
        with OutfitClient(server.address, attempts=1) as patient:
            asked = len(shop.batches)
            patient.score([NAVY])
            assert len(shop.batches) == asked + 1


def test_a_request_full_of_pictures_is_not_kept(shop: CountingShop, client: OutfitClient):
    vectors = {"colour": np.ones(4_096, np.float32)}
    large = [[ItemContent(category="shoes", vectors=vectors)] * 32] * 3  # 1.5 MiB
    client.score(large)
    client.score(large)
    assert len(shop.batches) == 2


def test_an_update_changes_the_answer_at_once(tiny_recommender: Recommender, build: Build):
    items = tiny_recommender.items
    context = items.filter(items["slot"] != "bags")["item_id"].to_list()[:2]
    with (
        serving(tiny_recommender, build) as server,
        OutfitClient(server.address) as client,
        CatalogueClient(server.address) as catalogue,
    ):
        before = client.complements(context, BAGS, k=1_000)
        assert client.complements(context, BAGS, k=1_000) == before
        best = before.complements[0].item_id
        for number in range(1, 4):
            catalogue.upsert([Upsert(item_id=best, price=90_000.0 + number)])
            dear = Filters(min_price=90_000.0 + number)
            for _ in range(2):
                found = client.complements(context, BAGS, k=1_000, filters=dear)
                assert [one.item_id for one in found.complements] == [best]
                assert found.overlay_version == number
        catalogue.delete([best])
        after = client.complements(context, BAGS, k=1_000)
        assert after.complements == before.complements[1:]
        assert after.overlay_version == 4


def test_a_switched_bundle_gives_its_own_answers(
    tiny_bundle: Path, other_seed: Path, tmp_path: Path, build: Build
):
    for name, source in {"first": tiny_bundle, "second": other_seed}.items():
        shutil.copytree(source, tmp_path / name)

    def parts() -> Parts:
        bundles = (tmp_path, Recommender.load)
        return Parts(slot=EngineSlot(), log=MemoryLog(), cache=build(), bundles=bundles)

    with (
        background_server_of(parts) as server,
        BundleClient(server.address) as operator,
        OutfitClient(server.address, attempts=1) as client,
    ):
        outfit = Recommender.load(tmp_path / "first").items["item_id"].to_list()[:3]
        with pytest.raises(CallError, match="NOT_LOADED"):
            client.score([outfit])
        answers = {}
        for name in ("first", "second"):
            bundle_id = operator.activate(name).bundle_id
            answers[name] = client.score([outfit])
            assert client.score([outfit]) == answers[name]
            assert answers[name].bundle_id == bundle_id
        assert answers["first"].scores != answers["second"].scores
        operator.roll_back()
        assert client.score([outfit]) == answers["first"]


def test_replicas_answer_from_what_either_kept(shared_redis: RedisServer, lineage: str):
    config = RedisCacheConfig(url=shared_redis.url, lineage=lineage, timeout_s=PATIENCE_S)
    shops = [CountingShop(), CountingShop()]
    for shop in shops:
        with (
            serving(shop, lambda: RedisCache(config)) as server,
            OutfitClient(server.address) as client,
        ):
            client.score([NAVY])
    assert [len(shop.batches) for shop in shops] == [1, 0]


def test_what_redis_holds_that_is_no_response_is_made_anew(
    shop: CountingShop, shared_redis: RedisServer, lineage: str
):
    config = RedisCacheConfig(url=shared_redis.url, lineage=lineage, timeout_s=PATIENCE_S)
    with (
        serving(shop, lambda: RedisCache(config)) as server,
        OutfitClient(server.address) as client,
        shared_redis.client() as redis,
    ):
        answer = client.score([NAVY])
        (key,) = redis.scan_iter(f"outfit:{{{lineage}}}:cache:*")
        redis.set(key, b"\xff\xff")
        assert client.score([NAVY]) == answer
        assert len(shop.batches) == 2
        assert client.score([NAVY]) == answer
        assert len(shop.batches) == 2


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis", *FLEETING)
    yield server
    server.kill()


def test_a_redis_that_dies_takes_no_answer_with_it(shop: CountingShop, own_redis: RedisServer):
    config = RedisCacheConfig(url=own_redis.url, lineage="shop", timeout_s=PATIENCE_S, pause_s=0.1)
    with (
        serving(shop, lambda: RedisCache(config)) as server,
        OutfitClient(server.address, attempts=1) as client,
    ):
        answer = client.score([NAVY])
        assert client.score([NAVY]) == answer
        assert len(shop.batches) == 1
        own_redis.kill()
        for _ in range(5):
            assert client.score([NAVY]) == answer
        assert len(shop.batches) == 6
        own_redis.start()

        def is_kept() -> bool:
            asked = len(shop.batches)
            assert client.score([NAVY]) == answer
            return len(shop.batches) == asked

        wait_until(is_kept)


def test_the_metrics_tell_hits_and_misses(shop: CountingShop):
    port = free_port()
    config = ServerConfig(port=0, grace_s=5.0, metrics=MetricsConfig(port=port))
    with (
        serving(shop, lambda: MemoryCache(MemoryCacheConfig()), config) as server,
        OutfitClient(server.address) as client,
    ):
        for _ in range(3):
            client.score([NAVY])
        page = get(port, "/metrics")
    assert "outfit_cache_hits_total 2.0" in page
    assert "outfit_cache_misses_total 1.0" in page
    assert 'outfit_answers_total{question="score"} 1.0' in page
