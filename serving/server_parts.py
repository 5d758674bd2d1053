"""What a server is made of, and what it comes to once the overlay runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from serving.answers import Answers
from serving.batcher import Batcher
from serving.bundle_shelf import BundleShelf, Load
from serving.cache.response_cache import ResponseCache
from serving.engine_slot import EngineSlot, OutfitEngine
from serving.overlay.log import UpdateLog
from serving.overlay.overlay import Overlay


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """What a server is made of.

    Args:
        slot: from whose engine it answers; empty until a bundle is loaded.
        log: of the updates of the catalogue.
        cache: of responses, closed at the end; None keeps none.
        bundles: the folder that operators may switch between, and how a bundle is loaded; None
            serves no BundleService.
    """

    slot: EngineSlot
    log: UpdateLog
    cache: ResponseCache | None = None
    bundles: tuple[Path, Load] | None = None


def answers(parts: Parts, batcher: Batcher, overlay: Overlay) -> Answers:
    """Of the bundle and the updates in force, from the cache where it knows them."""
    return Answers(
        batcher, parts.cache, lambda: (parts.slot.take().info.bundle_id, overlay.current.mark)
    )


@asynccontextmanager
async def running_shelf(
    parts: Parts, overlay: Overlay, *, shared: bool
) -> AsyncIterator[BundleShelf | None]:
    """The shelf that BundleService uses, if it is served; one that is shared is followed."""
    if parts.bundles is None:
        yield None
        return
    folder, load = parts.bundles
    loaded = partial(_with_updates, load, overlay)
    shelf = BundleShelf(folder, parts.slot, loaded, shared=shared)
    await shelf.start()
    following = [asyncio.create_task(shelf.follow())] if shared else []
    try:
        yield shelf
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)


def _with_updates(load: Load, overlay: Overlay, folder: Path) -> OutfitEngine:
    """A loaded bundle that takes the updates in force into account."""
    state = overlay.current
    return load(folder).at(state.records, state.version)
