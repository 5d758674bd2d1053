"""A log of updates that is lost with its server and keeps still while nothing is appended."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from engine.updates import ItemUpdate
from serving.overlay.log import Replay
from serving.overlay.state import Entry, Mark, OverlayState


class MemoryLog:
    """One process, one replica, no snapshots."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._appended = asyncio.Condition()

    async def append(
        self,
        updates: Sequence[ItemUpdate],
        *,
        after: Mark | None = None,  # noqa: ARG002 - there is one writer
        at_least: int = 0,
        gives_back: str = "",
    ) -> Mark:
        last = self._entries[-1].mark if self._entries else Mark()
        mark = Mark(version=max(last.version + 1, at_least), token=str(len(self._entries)))
        async with self._appended:
            entry = Entry(
                previous=last.token, mark=mark, updates=tuple(updates), gives_back=gives_back
            )
            self._entries.append(entry)
            self._appended.notify_all()
        return mark

    async def follow(self, after: Mark) -> AsyncIterator[tuple[Entry, ...]]:
        yield ()
        while True:
            async with self._appended:
                while not (entries := self._after(after)):
                    await self._appended.wait()
            after = entries[-1].mark
            yield entries

    async def replay(self) -> Replay:
        return Replay(snapshot=OverlayState(), entries=tuple(self._entries))

    async def seed(self, state: OverlayState) -> None:
        raise AssertionError(state)

    async def snapshot(self, state: OverlayState) -> None:
        raise AssertionError(state)

    def _after(self, mark: Mark) -> tuple[Entry, ...]:
        return tuple(one for one in self._entries if one.mark.version > mark.version)

    async def close(self) -> None:
        pass
