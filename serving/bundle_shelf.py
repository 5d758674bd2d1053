"""A folder of bundles, the one that answers, and those that answered before it.

FOLDER/
├── NAME/            a bundle; any number of them, named in UTF-8
└── .activations.json   names of the bundles that were activated, the last one answers
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from data.errors import (
    BundleError,
    NoPreviousBundleError,
    RefusedBundleError,
    UnknownBundleError,
)
from engine.bundle import MANIFEST, read_manifest
from serving.activations import Activations
from serving.engine_slot import EngineSlot, OutfitEngine
from serving.to_the_end import to_the_end

logger = logging.getLogger(__name__)

GLANCE_S: Final = 0.2
"""How often the processes that share a folder look whether another has activated a bundle."""

Load = Callable[[Path], OutfitEngine]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelvedBundle:
    """A bundle of the folder.

    Args:
        bundle_id: empty where the manifest cannot be read; so are model and number of items.
        active: whether it answers now.
    """

    name: str
    bundle_id: str
    model: str
    num_items: int
    active: bool


class BundleShelf:
    """Puts bundles of a folder into the slot from which the service answers.

    Args:
        folder: whose subfolders are bundles.
        slot: where the active one goes; what answers from the old one finishes with it.
        load: verifies and loads a bundle, with the updates in force; runs in a thread.
        shared: what other processes activate in the folder is in force here as well.
    """

    def __init__(self, folder: Path, slot: EngineSlot, load: Load, *, shared: bool = False) -> None:
        self._folder, self._slot, self._load, self._shared = folder, slot, load, shared
        self._lock = asyncio.Lock()
        self._active = ""
        self._activations = Activations(folder)

    def bundles(self) -> list[ShelvedBundle]:
        """Those of the folder, sorted by name."""
        return [self._described(name) for name in self._names()]

    async def start(self) -> None:
        """Answer from the bundle that was active last, or the only one there is.

        Where that cannot be, the slot stays empty, and the log says why.
        """
        names = self._names()
        activations = self._activations.names or (names if len(names) == 1 else [])
        if not activations:
            logger.warning("started without a bundle: none was activated", extra={"found": names})
            return
        try:
            await self._switch(activations[-1], activations)
        except (RefusedBundleError, UnknownBundleError):
            logger.exception("started without a bundle", extra={"bundle": activations[-1]})

    async def follow(self) -> None:
        """Answer from what others activate in the folder, as long as it is awaited."""
        while True:
            await asyncio.sleep(GLANCE_S)
            async with self._switching():
                pass

    async def activate(self, name: str) -> ShelvedBundle:
        """Answer from this bundle.

        Raises:
            UnknownBundleError: the folder holds none of this name.
            RefusedBundleError: it is damaged or does not fit; the old one goes on answering.
        """
        async with self._switching():
            before = self._activations.names
            return await self._switch(name, before if before[-1:] == [name] else [*before, name])

    async def roll_back(self) -> ShelvedBundle:
        """Answer again from the bundle that was active before, or the latest that still can.

        Raises:
            NoPreviousBundleError: none was.
            UnknownBundleError: as of `activate`, of the bundle before, where no older one can
                answer either; so does RefusedBundleError.
        """
        async with self._switching():
            earlier = self._earlier()
            if not earlier:
                raise NoPreviousBundleError("no bundle was active before this one")
            refusals = list[RefusedBundleError | UnknownBundleError]()
            for activations in earlier:
                try:
                    return await self._switch(activations[-1], activations)
                except (RefusedBundleError, UnknownBundleError) as error:
                    refusals.append(error)
            raise refusals[0]

    def _earlier(self) -> list[list[str]]:
        """What to go back to: the activations up to each of another bundle, the latest first."""
        names = self._activations.names
        ends = range(len(names) - 1, 0, -1)
        return [names[:end] for end in ends if names[end - 1] != names[-1]]

    @asynccontextmanager
    async def _switching(self) -> AsyncIterator[None]:
        """One at a time, each after what other processes have activated is in force."""
        async with self._lock:
            if self._shared and self._activations.catch_up():
                await self._adopt()
            yield

    async def _adopt(self) -> None:
        """Answer from what another process activated, or stay and say why."""
        names = self._activations.names
        if not names or self._is_answering(names[-1]):
            return
        try:
            await self._answer_from(names[-1])
        except Exception:
            logger.exception("stayed with another bundle", extra={"bundle": names[-1]})

    def _is_answering(self, name: str) -> bool:
        """Whether it is the active one, and the folder of that name still holds what was loaded."""
        if name != self._active or self._slot.is_empty:
            return False
        return self._described(name).bundle_id == self._slot.take().info.bundle_id

    async def _switch(self, name: str, activations: Sequence[str]) -> ShelvedBundle:
        await self._answer_from(name)
        self._activations.remember(activations)
        return self._described(name)

    async def _answer_from(self, name: str) -> None:
        if name not in self._names():
            raise UnknownBundleError(
                expected="a bundle of the folder", got=repr(name), field="name"
            )
        try:
            engine = await to_the_end(partial(self._load, self._folder / name))
        except Exception as error:
            logger.exception("refused a bundle", extra={"bundle": name, "cause": str(error)})
            raise RefusedBundleError(
                expected="a whole bundle that fits this server",
                got=f"{name!r}, which is damaged or does not fit",
                field="name",
            ) from error
        self._slot.put(engine)
        self._active = name
        logger.info("activated a bundle", extra={"bundle": name, "id": engine.info.bundle_id})

    def _names(self) -> list[str]:
        found = (path.parent.name for path in self._folder.glob(f"[!.]*/{MANIFEST}"))
        return sorted(name for name in found if _is_unicode(name))

    def _described(self, name: str) -> ShelvedBundle:
        try:
            manifest = read_manifest(self._folder / name)
        except BundleError:
            manifest = {}
        return ShelvedBundle(
            name=name,
            bundle_id=manifest.get("bundle_id", ""),
            model=manifest.get("model", ""),
            num_items=manifest.get("num_items", 0),
            active=name == self._active,
        )


def _is_unicode(name: str) -> bool:
    """Others, which a file system may hold, cannot be told nor asked for."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
