"""kill -9 of `outfit serve` in the middle of load: what was acknowledged is there afterwards."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from engine.recommender import Recommender
from engine.requests import ItemContent, Upsert
from serving.catalogue_client import CatalogueClient
from tests.serving.price_writers import PriceWriter, assert_nothing_was_lost
from tests.serving.redis_server import RedisServer
from tests.serving.repeated_calls import repeated
from tests.serving.server_process import outfit_serve


@pytest.fixture(params=["file", "redis"])
def kept(
    request: pytest.FixtureRequest, tmp_path: Path, shared_redis: RedisServer, lineage: str
) -> list[str]:
    """Flags that say where updates are kept."""
    if request.param == "file":
        return ["--updates", str(tmp_path / "updates")]
    return ["--redis", shared_redis.url, "--shop", lineage]


class Newcomers:
    """Adds an item with every call, and takes the one before out again."""

    def __init__(self, client: CatalogueClient, category: str) -> None:
        self._client, self._content = client, ItemContent(category=category)
        self.there: set[str] = set()
        self.gone: set[str] = set()
        self._names = (f"new-{number}" for number in range(10**6))
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


def test_what_a_killed_server_acknowledged_is_there_when_it_starts_again(
    kept: list[str], tiny_bundle: Path, tiny_recommender: Recommender
):
    ids = tiny_recommender.items["item_id"].to_list()
    category = tiny_recommender.info.categories[0]
    with ExitStack() as stack:
        server = stack.enter_context(outfit_serve(str(tiny_bundle), *kept))
        client = stack.enter_context(CatalogueClient(server.address, attempts=1))
        writers = [PriceWriter(client, item_id) for item_id in ids[:6]]
        newcomers = Newcomers(client, category)
        with repeated(*writers, newcomers) as calls:
            calls.wait_for_answers(200)
            server.kill()
            calls.wait_for_refusal()
        server.start()
        assert_nothing_was_lost(server.address, writers)
        again = stack.enter_context(CatalogueClient(server.address))
        found = {
            item.item_id for item in again.items(sorted(newcomers.there | newcomers.gone)).items
        }
        assert newcomers.there <= found
        assert newcomers.gone
        assert not newcomers.gone & found
        before = again.categories().overlay_version
        assert again.upsert([Upsert(item_id=ids[0], price=1.0)]).overlay_version == before + 1
