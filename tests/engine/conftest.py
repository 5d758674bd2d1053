from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from data.dataset import Dataset
from engine.bundle import Bundle, load_bundle
from tests.engine.planted import two_sides


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return two_sides(tmp_path_factory.mktemp("planted") / "data")


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Small matrices are multiplied faster, and alike on every machine, by one thread."""
    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(num_threads)


@pytest.fixture(scope="module")
def bundle(tiny_bundle: Path) -> Bundle:
    return load_bundle(tiny_bundle)


@pytest.fixture(scope="module")
def look(tiny_shop: Path) -> dict[str, np.ndarray]:
    """The vector of every item that has one, by id."""
    ids = Dataset.load(tiny_shop).items["item_id"].to_list()
    vectors = np.load(tiny_shop / "features" / "look" / "vectors.npy")
    return {name: vector for name, vector in zip(ids, vectors, strict=True) if vector.any()}


@pytest.fixture(scope="module")
def outfit(tiny_shop: Path) -> list[str]:
    """A test outfit of four items or more."""
    dataset = Dataset.load(tiny_shop)
    ids = dataset.items["item_id"]
    rows = next(rows for rows in dataset.outfit_rows("test") if len(rows) >= 4)
    return ids.gather(rows.tolist()).to_list()
