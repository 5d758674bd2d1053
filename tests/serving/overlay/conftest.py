from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.serving.overlay.log_places import FilePlace, LogPlace, RedisPlace
from tests.serving.redis_server import RedisServer


@pytest.fixture(params=["file", "redis"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, shared_redis: RedisServer, lineage: str
) -> LogPlace:
    if request.param == "file":
        return FilePlace(tmp_path / "log")
    return RedisPlace(shared_redis, lineage)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Callable[..., RedisServer]]:
    """Starts servers on one folder, with options; all are killed in the end."""
    servers: list[RedisServer] = []

    def start(*options: str) -> RedisServer:
        servers.append(RedisServer(tmp_path / "redis", *options))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()
