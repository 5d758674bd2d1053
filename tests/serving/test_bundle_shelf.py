"""A shelf that follows what another process activates, whatever goes wrong with it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bundle import MANIFEST, read_manifest, seal_bundle
from serving.activations import ACTIVATIONS, Activations
from serving.bundle_shelf import BundleShelf, ShelvedBundle
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


def test_an_activation_without_a_name_stops_no_one_who_has_no_bundle_from_following_the_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / MANIFEST).write_text("{}")
    other = Activations(tmp_path)

    async def story() -> None:
        shelf = BundleShelf(tmp_path, EngineSlot(), lambda _: PlantedShop(), shared=True)
        following = asyncio.create_task(shelf.follow())
        other.remember([""])
        await until(lambda: "stayed with another bundle" in caplog.text)
        other.remember(["first"])
        await until(lambda: active(shelf) == ["first"])
        following.cancel()
        await asyncio.wait({following})

    run(story())


def test_a_shelf_that_could_not_follow_brings_all_back_to_what_it_answers_from(tmp_path: Path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).write_text("{}")

    async def story(recover: Callable[[BundleShelf], Awaitable[ShelvedBundle]]) -> None:
        behind = BundleShelf(tmp_path, EngineSlot(), harmed(MemoryError()), shared=True)
        ahead = BundleShelf(tmp_path, EngineSlot(), lambda _: PlantedShop(), shared=True)
        await behind.activate("first")
        following = [asyncio.create_task(shelf.follow()) for shelf in (behind, ahead)]
        await until(lambda: active(ahead) == ["first"])
        await ahead.activate("second")
        assert (await recover(behind)).name == "first"
        await until(lambda: active(behind) == active(ahead) == ["first"])
        assert Activations(tmp_path).names[-1] == "first"
        for task in following:
            task.cancel()
        await asyncio.wait(following)

    run(story(lambda shelf: shelf.activate("first")))
    (tmp_path / ACTIVATIONS).unlink()
    run(story(lambda shelf: shelf.roll_back()))


def test_what_took_the_place_of_the_active_bundle_is_followed_by_all(tmp_path: Path):
    versions = [sealed(tmp_path / f".{number}", content=f"{number}") for number in range(2)]
    current = tmp_path / "current"
    current.symlink_to(".0")

    async def story() -> None:
        slots = [EngineSlot(), EngineSlot()]
        one, other = (BundleShelf(tmp_path, slot, whole, shared=True) for slot in slots)
        await one.start()
        await other.start()
        following = asyncio.create_task(other.follow())
        current.unlink()
        current.symlink_to(".1")
        assert (await one.activate("current")).bundle_id == versions[1]
        await until(lambda: slots[1].take().info.bundle_id == versions[1])
        following.cancel()
        await asyncio.wait({following})

    run(story())


def sealed(folder: Path, *, content: str) -> str:
    """A bundle of a manifest and one file, which is none of ours: its identifier."""
    folder.mkdir()
    (folder / "content").write_text(content)
    return seal_bundle(folder, {"model": "cosine", "num_items": 0})


def whole(bundle: Path) -> PlantedShop:
    """How a bundle is loaded of which nothing counts but its identifier."""
    shop = PlantedShop()
    shop.info = replace(shop.info, bundle_id=read_manifest(bundle)["bundle_id"])
    return shop
