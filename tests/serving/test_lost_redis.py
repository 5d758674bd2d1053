"""Redis is killed, hung, filled, locked, slowed or emptied under a real server in mid-load.

Reading goes on, writing is refused by name, and afterwards everything acknowledged is there.
"""

import asyncio
import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest

from engine.recommender import Recommender
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.load import LOAD_OPTIONS
from serving.pb.outfit.v1 import catalog_service_pb2 as pb
from serving.pb.outfit.v1 import catalog_service_pb2_grpc
from tests.serving.overlay.log_places import RedisPlace, opened, run
from tests.serving.overlay.some_updates import prices
from tests.serving.price_writers import PriceWriter, assert_nothing_was_lost
from tests.serving.redis_server import DURABLE, RedisServer
from tests.serving.repeated_calls import repeated
from tests.serving.server_process import ServerProcess, outfit_serve
from tests.serving.slow_link import slow_link
from tests.serving.test_health import NOT_SERVING, SERVING, watch
from tests.serving.test_server import check

SLOW_S = 0.1
"""Each way to Redis: commands are answered in time, after a while."""
TOO_SLOW_S = 0.7
"""Beyond what a write waits for, there and back."""


@dataclass(frozen=True)
class Shop:
    redis: RedisServer
    server: ServerProcess


@pytest.fixture(scope="module")
def shop(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    redis = RedisServer(tmp_path_factory.mktemp("lost") / "redis", *DURABLE)
    try:
        with outfit_serve(str(tiny_bundle), "--redis", redis.url) as server:
            yield Shop(redis=redis, server=server)
    finally:
        redis.kill()


@contextmanager
def killed(redis: RedisServer) -> Iterator[None]:
    redis.kill()
    try:
        yield
    finally:
        redis.start()


@contextmanager
def hung(redis: RedisServer) -> Iterator[None]:
    redis.freeze()
    try:
        yield
    finally:
        redis.thaw()


@contextmanager
def full(redis: RedisServer) -> Iterator[None]:
    with redis.client() as client:
        client.config_set("maxmemory", 1)
        try:
            yield
        finally:
            client.config_set("maxmemory", 0)


@contextmanager
def locked(redis: RedisServer) -> Iterator[None]:
    """Another password than the server's, which has none."""
    with redis.client() as client:
        client.config_set("requirepass", "another")
        client.client_kill_filter(_type="normal", skipme=True)
        try:
            yield
        finally:
            client.config_set("requirepass", "")


def asking(client: OutfitClient, ids: list[str]) -> Callable[[], object]:
    """Asks another question each time: one that was asked before would come from the cache."""
    numbers = itertools.count()

    def ask() -> object:
        number = next(numbers)
        return client.score([[ids[number % 90], ids[90 + number % 91]]])

    return ask


Harm = Callable[[RedisServer], AbstractContextManager[None]]


@pytest.mark.parametrize("harm", [killed, hung, full, locked])
def test_reading_goes_on_and_writing_is_refused_by_name_until_redis_is_back(
    harm: Harm, shop: Shop, tiny_recommender: Recommender
):
    ids = tiny_recommender.items["item_id"].to_list()
    address = shop.server.address
    with (
        OutfitClient(address, deadline_s=60.0, attempts=1) as asker,
        CatalogueClient(address, deadline_s=60.0, attempts=1) as client,
        repeated(*2 * [asking(asker, ids)]) as reads,
    ):
        writers = [PriceWriter(client, item_id) for item_id in ids[:4]]
        with repeated(*writers) as writes:
            writes.wait_for_answers(50)
            with harm(shop.redis):
                refusal = writes.wait_for_refusal()
                reads.wait_for_answers(50)
            writes.wait_for_answers(50)
    assert not reads.refusals
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "UPDATES_UNAVAILABLE")
    assert {one.reason for one in writes.refusals} == {"UPDATES_UNAVAILABLE"}
    assert_nothing_was_lost(address, writers)
    assert_in_the_log(RedisPlace(shop.redis, "shop"), writers)


def test_through_a_slow_redis_reading_goes_on_and_writing_is_late_or_refused_by_name(
    shop: Shop, tiny_bundle: Path, tiny_recommender: Recommender
):
    ids = tiny_recommender.items["item_id"].to_list()
    with ExitStack() as stack:
        link = stack.enter_context(slow_link(shop.redis.port))
        flags = ["--redis", f"redis://127.0.0.1:{link.port}/0", "--shop", "slow"]
        address = stack.enter_context(outfit_serve(str(tiny_bundle), *flags)).address
        asker = stack.enter_context(OutfitClient(address, deadline_s=60.0, attempts=1))
        client = stack.enter_context(CatalogueClient(address, deadline_s=60.0, attempts=1))
        writers = [PriceWriter(client, item_id) for item_id in ids[:4]]
        with repeated(*2 * [asking(asker, ids)]) as reads, repeated(*writers) as writes:
            for delay_s in (SLOW_S, TOO_SLOW_S, SLOW_S):
                link.delay_s = delay_s
                reads.wait_for_answers(50)
                if delay_s == TOO_SLOW_S:
                    refusal = writes.wait_for_refusal()
                else:
                    writes.wait_for_answers(8)
            link.delay_s = 0.0
        assert not reads.refusals
        assert refusal.code == grpc.StatusCode.UNAVAILABLE
        assert {one.reason for one in writes.refusals} == {"UPDATES_UNAVAILABLE"}
        assert_nothing_was_lost(address, writers)
    assert_in_the_log(RedisPlace(shop.redis, "slow"), writers)


@pytest.mark.parametrize("harm", [killed, hung, locked])
def test_health_tells_by_a_name_of_its_own_that_the_updates_are_lost(harm: Harm, shop: Shop):
    with grpc.insecure_channel(shop.server.address) as channel:
        updates = watch(channel, "outfit.v1.CatalogService/updates")
        assert next(updates) == SERVING
        with harm(shop.redis):
            assert next(updates) == NOT_SERVING
            for service in ("", "outfit.v1.OutfitService", "outfit.v1.CatalogService"):
                assert check(shop.server.address, service) == SERVING
        assert next(updates) == SERVING


def test_a_redis_that_starts_again_empty_is_given_everything(
    shop: Shop, tiny_recommender: Recommender
):
    ids = tiny_recommender.items["item_id"].to_list()
    with CatalogueClient(shop.server.address, deadline_s=60.0, attempts=1) as client:
        writers = [PriceWriter(client, item_id) for item_id in ids[4:8]]
        with repeated(*writers) as writes:
            writes.wait_for_answers(50)
            shop.redis.kill()
            writes.wait_for_refusal()
            shutil.rmtree(shop.redis.folder)
            shop.redis.start()
            writes.wait_for_answers(50)
    assert_nothing_was_lost(shop.server.address, writers)
    assert_in_the_log(RedisPlace(shop.redis, "shop"), writers)


def test_two_thousand_updates_at_once_over_one_connection_are_acknowledged_and_in_the_log(
    shop: Shop, tiny_recommender: Recommender
):
    ids = tiny_recommender.items["item_id"].to_list()[100:]
    requests = [
        pb.UpsertItemsRequest(items=[pb.ItemUpsert(item_id=ids[number % 100], price=1e6 + number)])
        for number in range(2_000)
    ]

    async def story() -> None:
        async with grpc.aio.insecure_channel(shop.server.address, options=LOAD_OPTIONS) as channel:
            stub = catalog_service_pb2_grpc.CatalogServiceStub(channel)
            answers = await asyncio.gather(
                *(stub.UpsertItems(request, timeout=60) for request in requests)
            )
        async with opened(RedisPlace(shop.redis, "shop")) as log:
            replay = await log.replay()
        assert replay is not None
        kept = {(one.item_id, one.price) for entry in replay.entries for one in entry.updates}
        assert kept >= {(one.item_id, one.price) for each in requests for one in each.items}
        assert all(answer.provenance.overlay_version for answer in answers)

    asyncio.run(story())


def assert_in_the_log(place: RedisPlace, writers: list[PriceWriter]) -> None:
    async def story() -> None:
        async with opened(place) as log:
            replay = await log.replay()
        assert replay is not None
        found = prices(replay.state())
        assert all((found[one.item_id] or 0) >= one.acknowledged for one in writers)

    run(story())
