"""kill -9 of `outfit serve` in the middle of load: what was acknowledged is there afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.recommender import Recommender
from engine.requests import ItemContent, Upsert
from serving.catalogue_client import CatalogueClient
from tests.serving.price_writers import PriceWriter, assert_nothing_was_lost
from tests.serving.redis_server import RedisServer
from tests.serving.repeated_calls import repeated, wait_until
from tests.serving.server_process import ServerProcess, outfit_serve_with_snapshots_often

NUM_KILLS = 3
NUM_WRITERS = 6


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Where updates are kept.

    Args:
        flags: that say so.
        snapshot: tells the latest snapshot from those before it.
    """

    flags: list[str]
    snapshot: Callable[[], object]


@pytest.fixture(params=["file", "redis"])
def kept(
    request: pytest.FixtureRequest, tmp_path: Path, shared_redis: RedisServer, lineage: str
) -> Kept:
    if request.param == "file":
        folder = tmp_path / "updates"
        return Kept(flags=["--updates", str(folder)], snapshot=(folder / "snapshot.bin").read_bytes)
    flags = ["--redis", shared_redis.url, "--shop", lineage]
    return Kept(flags=flags, snapshot=lambda: redis_snapshot(shared_redis, lineage))


def redis_snapshot(redis: RedisServer, lineage: str) -> object:
    """The name of the latest."""
    with redis.client() as client:
        return client.hget(f"outfit:{{{lineage}}}:head", "snapshot")


class Newcomers:
    """Adds an item with every call, and takes the one before out again.

    Args:
        client: that is used.
        name: what the names of the items begin with.
        category: of the items.
    """

    def __init__(self, client: CatalogueClient, name: str, category: str) -> None:
        self._client, self._content = client, ItemContent(category=category)
        self.there: set[str] = set()
        self.gone: set[str] = set()
        self._names = (f"{name}-{number}" for number in range(10**6))
        self._last: str | None = None

    def __call__(self) -> None:
        name = next(self._names)
        self._client.upsert([Upsert(item_id=name, content=self._content)])
        self.there.add(name)
        if self._last is not None:
            self._take_out(self._last)
        self._last = name

    def _take_out(self, name: str) -> None:
        self.there.discard(name)  # from now on nobody can say whether it is there
        self._client.delete([name])
        self.gone.add(name)

    def assert_nothing_was_lost(self, address: str) -> None:
        with CatalogueClient(address, deadline_s=60.0) as client:
            items = client.items(sorted(self.there | self.gone)).items
        found = {item.item_id for item in items}
        assert self.there <= found
        assert self.gone
        assert not self.gone & found


class Crowd:
    """Shops that write at once, until the server is killed."""

    def __init__(self, client: CatalogueClient, item_ids: list[str], newcomers: Newcomers) -> None:
        self._writers = [PriceWriter(client, item_id) for item_id in item_ids]
        self._newcomers = newcomers

    def write_until_killed(self, server: ServerProcess, kept: Kept) -> None:
        """Kill it once snapshots come round."""
        before = kept.snapshot()
        with repeated(*self._writers, self._newcomers) as calls:
            calls.wait_for_answers(200)
            wait_until(lambda: kept.snapshot() != before)
            server.kill()
            calls.wait_for_refusal()

    def assert_nothing_was_lost(self, address: str) -> None:
        assert_nothing_was_lost(address, self._writers)
        self._newcomers.assert_nothing_was_lost(address)


def test_what_a_server_acknowledged_is_there_however_often_it_is_killed(
    kept: Kept, tiny_bundle: Path, tiny_recommender: Recommender
):
    ids = tiny_recommender.items["item_id"].to_list()
    category = tiny_recommender.info.categories[0]
    crowds = list[Crowd]()
    with outfit_serve_with_snapshots_often(str(tiny_bundle), *kept.flags) as server:
        for number in range(NUM_KILLS):
            own_ids = ids[NUM_WRITERS * number :][:NUM_WRITERS]
            with CatalogueClient(server.address, deadline_s=60.0, attempts=1) as client:
                crowds.append(Crowd(client, own_ids, Newcomers(client, f"new-{number}", category)))
                crowds[-1].write_until_killed(server, kept)
            server.start()
            for crowd in crowds:
                crowd.assert_nothing_was_lost(server.address)
        with CatalogueClient(server.address, deadline_s=60.0) as client:
            before = client.categories().overlay_version
            assert client.upsert([Upsert(item_id=ids[0], price=1.0)]).overlay_version == before + 1
