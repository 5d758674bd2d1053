"""One server with a planted engine, and one Redis, for the tests that only ask them."""

import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest

from serving.client import OutfitClient
from tests.serving.background_server import background_server
from tests.serving.planted_shop import PlantedShop
from tests.serving.redis_server import FLEETING, RedisServer


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with background_server(PlantedShop()) as server:
        yield server.address


@pytest.fixture
def client(address: str) -> Iterator[OutfitClient]:
    with OutfitClient(address) as client:
        yield client


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Never killed; a test keeps to its own lineage."""
    server = RedisServer(tmp_path_factory.mktemp("redis"), *FLEETING)
    yield server
    server.kill()


@pytest.fixture
def lineage() -> str:
    return f"shop-{uuid4().hex[:12]}"


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """What a test makes of the root logger, as the commands do, ends with it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
