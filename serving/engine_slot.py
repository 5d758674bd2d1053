"""What the service asks, and the place from which it answers; another can be put there any time."""

import asyncio
import threading
from collections.abc import Iterable, Sequence
from typing import Final, Protocol, runtime_checkable

from data.errors import NotLoadedError, OutfitError
from engine.questions import Answer, Question
from engine.requests import BundleInfo, Item
from engine.update_records import UpdateRecords

LOADING_S: Final = 5.0
"""After which an answer is likely where none is loaded yet."""


@runtime_checkable
class OutfitEngine(Protocol):
    """Answers questions; `engine.recommender.Recommender` is one."""

    @property
    def info(self) -> BundleInfo:
        """The bundle that answers."""
        ...

    @property
    def overlay_version(self) -> int:
        """How many updates its answers take into account."""
        ...

    def at(self, records: UpdateRecords, version: int) -> "OutfitEngine":
        """An engine that takes these updates into account."""
        ...

    def answer(self, questions: Sequence[Question]) -> list[Answer | OutfitError]:
        """An answer for each of the questions, which are of one kind, or the question's error."""
        ...

    def missing_of_each(self, groups: Sequence[Sequence[Item]]) -> list[tuple[str, ...]]:
        """What the items of each group lack, as `position:modality`."""
        ...

    def unknown(self, item_ids: Iterable[str]) -> tuple[str, ...]:
        """Those that the catalogue does not hold, each once, in their order."""
        ...


class EngineSlot:
    """Holds the engine that answers, or none; whoever took it out goes on with it.

    Threads may share a slot; an engine is put there by the event loop's.

    Attributes:
        loaded: set once there is an engine.
    """

    def __init__(self, engine: OutfitEngine | None = None) -> None:
        self._engine, self._lock = engine, threading.Lock()
        self.loaded = asyncio.Event()
        if engine is not None:
            self.loaded.set()

    @property
    def is_empty(self) -> bool:
        """There is no engine."""
        return self._engine is None

    def take(self) -> OutfitEngine:
        """The engine that answers now.

        Raises:
            NotLoadedError: there is none.
        """
        engine = self._engine
        if engine is None:
            raise NotLoadedError("no bundle is loaded", retry_after_s=LOADING_S)
        return engine

    def put(self, engine: OutfitEngine) -> None:
        """Answer from this engine from now on."""
        with self._lock:
            self._engine = engine
        self.loaded.set()

    def succeed(self, engine: OutfitEngine, successor: OutfitEngine) -> None:
        """Answer from the successor, unless another took the engine's place meanwhile."""
        with self._lock:
            if self._engine is engine:
                self._engine = successor
