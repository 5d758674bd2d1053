"""One server with a planted engine for the tests that only ask it."""

from collections.abc import Iterator

import pytest

from serving.client import OutfitClient
from tests.serving.background_server import background_server
from tests.serving.planted_shop import PlantedShop


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with background_server(PlantedShop()) as server:
        yield server.address


@pytest.fixture
def client(address: str) -> Iterator[OutfitClient]:
    with OutfitClient(address) as client:
        yield client
