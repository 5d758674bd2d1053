"""A folder of bundles, the one that answers, and those that answered before it.

FOLDER/
├── NAME/            a bundle; any number of them
└── .activations.json   names of the bundles that were activated, the last one answers
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.atomic import atomic_file
from data.errors import BundleError, NoPreviousBundleError, RefusedBundleError, UnknownBundleError
from engine.bundle import MANIFEST, read_manifest
from serving.engine_slot import EngineSlot, OutfitEngine

logger = logging.getLogger(__name__)

ACTIVATIONS: Final = ".activations.json"
REMEMBERED: Final = 16

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
    """

    def __init__(self, folder: Path, slot: EngineSlot, load: Load) -> None:
        self._folder, self._slot, self._load = folder, slot, load
        self._switching = asyncio.Lock()
        self._active = ""
        self._activations = self._remembered()

    def bundles(self) -> list[ShelvedBundle]:
        """Those of the folder, sorted by name."""
        return [self._described(name) for name in self._names()]

    async def start(self) -> None:
        """Answer from the bundle that was active last, or the only one there is.

        Where that cannot be, the slot stays empty, and the log says why.
        """
        names = self._names()
        activations = self._activations or (names if len(names) == 1 else [])
        if not activations:
            logger.warning("started without a bundle: none was activated", extra={"found": names})
            return
        try:
            await self._switch(activations[-1], activations)
        except (RefusedBundleError, UnknownBundleError):
            logger.exception("started without a bundle", extra={"bundle": activations[-1]})

    async def activate(self, name: str) -> ShelvedBundle:
        """Answer from this bundle.

        Raises:
            UnknownBundleError: the folder holds none of this name.
            RefusedBundleError: it is damaged or does not fit; the old one goes on answering.
        """
        async with self._switching:
            is_new = name != self._active or not self._activations
            activations = [*self._activations, name] if is_new else self._activations
            return await self._switch(name, activations[-REMEMBERED:])

    async def roll_back(self) -> ShelvedBundle:
        """Answer again from the bundle that was active before, or the latest that still can.

        Raises:
            NoPreviousBundleError: none was.
            UnknownBundleError: as of `activate`, of the bundle before, where no older one can
                answer either; so does RefusedBundleError.
        """
        async with self._switching:
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
        ends = range(len(self._activations) - 1, 0, -1)
        return [
            self._activations[:end] for end in ends if self._activations[end - 1] != self._active
        ]

    async def _switch(self, name: str, activations: list[str]) -> ShelvedBundle:
        if name not in self._names():
            raise UnknownBundleError(
                expected="a bundle of the folder", got=repr(name), field="name"
            )
        try:
            engine = await asyncio.to_thread(self._load, self._folder / name)
        except BundleError as error:
            logger.exception("refused a bundle", extra={"bundle": name, "cause": str(error)})
            raise RefusedBundleError(
                expected="a whole bundle that fits this server",
                got=f"{name!r}, which is damaged or does not fit",
                field="name",
            ) from error
        self._remember(activations)
        self._slot.put(engine)
        self._active = name
        logger.info("activated a bundle", extra={"bundle": name, "id": engine.info.bundle_id})
        return self._described(name)

    def _names(self) -> list[str]:
        return sorted(path.parent.name for path in self._folder.glob(f"[!.]*/{MANIFEST}"))

    def _remembered(self) -> list[str]:
        """Names of the bundles that were activated, the last is the latest."""
        try:
            return [str(name) for name in json.loads((self._folder / ACTIVATIONS).read_bytes())]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as error:
            logger.warning("forgot which bundle was active", extra={"reason": str(error)})
            return []

    def _remember(self, activations: list[str]) -> None:
        """Keep them for this process, and for the next one where the folder can be written to."""
        self._activations = activations
        try:
            with atomic_file(self._folder / ACTIVATIONS) as file:
                file.write_text(json.dumps(activations), encoding="utf-8")
        except OSError as error:
            logger.warning("cannot remember the active bundle", extra={"reason": str(error)})

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
