"""A shelf that follows what another process activates, whatever goes wrong with it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.bundle import MANIFEST
from serving.activations import Activations
from serving.bundle_shelf import BundleShelf
from serving.engine_slot import EngineSlot
from tests.serving.overlay.log_places import run, until
from tests.serving.planted_shop import PlantedShop


def active(shelf: BundleShelf) -> list[str]:
    return [bundle.name for bundle in shelf.bundles() if bundle.active]


def harmed(fault: Exception) -> Callable[[Path], PlantedShop]:
    """How bundles are loaded, all but the second."""

    def load(bundle: Path) -> PlantedShop:
        if bundle.name == "second":
            raise fault
        return PlantedShop()

    return load


@pytest.mark.parametrize("fault", [RuntimeError("out of memory"), MemoryError(), OSError(24, "")])
def test_a_bundle_that_cannot_be_loaded_here_stops_no_one_from_following_the_next(
    tmp_path: Path, fault: Exception, caplog: pytest.LogCaptureFixture
):
    for name in ("first", "second", "third"):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).write_text("{}")
    other = Activations(tmp_path)

    async def story() -> None:
        shelf = BundleShelf(tmp_path, EngineSlot(), harmed(fault), shared=True)
        await shelf.start()
        following = asyncio.create_task(shelf.follow())
        for name in ("first", "second", "third"):
            other.remember([*other.names, name])
            if name == "second":
                await until(lambda: "stayed with another bundle" in caplog.text)
                assert active(shelf) == ["first"]
            else:
                await until(lambda: active(shelf) == [name])  # noqa: B023
        following.cancel()
        await asyncio.wait({following})
        assert following.cancelled()

    run(story())
