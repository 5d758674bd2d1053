from pathlib import Path

import numpy as np
import pytest

from data.dataset import Dataset
from data.shop.catalogue import Piece, draw_products, pieces_of, popularity_of, truth_of
from data.shop.generator import Shop, draw_shop, generate_shop
from data.shop.taste import Truth


@pytest.fixture(scope="session")
def pieces() -> list[Piece]:
    return pieces_of(draw_products(600, np.random.default_rng(0)))


@pytest.fixture(scope="session")
def truth(pieces: list[Piece]) -> Truth:
    return truth_of(pieces)


@pytest.fixture(scope="session")
def popularity(pieces: list[Piece]) -> np.ndarray:
    return popularity_of(len(pieces), np.random.default_rng(1))


@pytest.fixture(scope="session")
def shop() -> Shop:
    return draw_shop(num_items=600, num_outfits=400, seed=0)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop on disk, with its pictures."""
    folder = tmp_path_factory.mktemp("shop") / "data"
    assert list(generate_shop(folder, num_items=240, num_outfits=80, seed=3))[-1] == 240
    return folder


@pytest.fixture(scope="session")
def dataset(folder: Path) -> Dataset:
    return Dataset.load(folder)
