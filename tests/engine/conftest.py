from collections.abc import Iterator

import pytest
import torch

from data.dataset import Dataset
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
