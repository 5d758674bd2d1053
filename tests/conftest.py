"""A tiny shop, a bundle trained on it and its recommender, for every test that needs a real one."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.tiny_shop import train_tiny_bundle, write_tiny_shop

if TYPE_CHECKING:
    from engine.recommender import Recommender

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fuzz-requests", type=int, default=6_000, help="requests of tests/serving/test_fuzz.py"
    )


@pytest.fixture(scope="session")
def tiny_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of 200 items and 400 outfits."""
    folder = tmp_path_factory.mktemp("tiny") / "shop"
    write_tiny_shop(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_bundle(tiny_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformer trained on the tiny shop for two epochs."""
    return _train(tiny_shop, tmp_path_factory.mktemp("tiny") / "bundle", seed=0)


@pytest.fixture(scope="session")
def other_seed(tiny_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of another training seed."""
    return _train(tiny_shop, tmp_path_factory.mktemp("tiny") / "other", seed=1)


@pytest.fixture(scope="session")
def tiny_recommender(tiny_bundle: Path) -> "Recommender":
    from engine.recommender import Recommender  # noqa: PLC0415

    return Recommender.load(tiny_bundle)


def _train(shop: Path, folder: Path, *, seed: int) -> Path:
    train_tiny_bundle(shop, folder, seed=seed)
    return folder
