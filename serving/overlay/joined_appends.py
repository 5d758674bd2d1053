"""Appends that come while one is under way are joined into the next.

A log takes milliseconds to make an entry durable, however little stands in it: what a crowd of
callers waits for is a few round trips, not one for each of them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from data.errors import OverloadError, SchemaError
from engine.updates import ItemUpdate
from serving.limits import MAX_UPSERTS
from serving.overlay.log import UpdateLog
from serving.overlay.state import Mark
from serving.settle import settle

MAX_WAITING: Final = 16 * MAX_UPSERTS
"""Updates that may wait for their entry; a log that takes a second for each is behind by 16."""
RETRY_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waiting:
    """Updates of one caller; they stand in one entry, in the order of the callers."""

    updates: Sequence[ItemUpdate]
    mark: asyncio.Future[Mark]


class JoinedAppends:
    """Appends to a log, one entry at a time.

    Args:
        log: whose errors every caller of an entry is told.
        least: the least version of an entry that is appended now.
    """

    def __init__(self, log: UpdateLog, least: Callable[[], int]) -> None:
        self._log, self._least = log, least
        self._waiting: deque[Waiting] = deque()
        self._size = 0  # updates of all who wait
        self._work: asyncio.Task[None] | None = None

    async def append(self, updates: Sequence[ItemUpdate]) -> Mark:
        """The mark of the entry that holds the updates, once it is durable.

        A caller that is cancelled before its turn has appended nothing.

        Raises:
            OverloadError: too many updates wait.
            SchemaError: these updates are too large for an entry.
            UpdateLogError: as of `UpdateLog.append`.
        """
        if self._size + len(updates) > MAX_WAITING:
            raise OverloadError(f"updates that wait: {self._size}", retry_after_s=RETRY_S)
        self._size += len(updates)
        mark: asyncio.Future[Mark] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(updates=updates, mark=mark))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._append_all())
        return await mark

    async def close(self) -> None:
        """Wait for what is being appended."""
        if self._work is not None:
            await self._work

    async def _append_all(self) -> None:
        while entry := self._next_entry():
            await self._append(entry)

    def _next_entry(self) -> list[Waiting]:
        """Those who wait longest, with no more updates together than one call may bring.

        One that brings more comes alone.
        """
        entry: list[Waiting] = []
        room = MAX_UPSERTS
        while self._waiting and (not entry or len(self._waiting[0].updates) <= room):
            waiting = self._waiting.popleft()
            self._size -= len(waiting.updates)
            if not waiting.mark.done():  # its caller is still there
                entry.append(waiting)
                room -= len(waiting.updates)
        return entry

    async def _append(self, entry: Sequence[Waiting]) -> None:
        """Append an entry; where it is too large, each caller's updates alone."""
        joined = [update for waiting in entry for update in waiting.updates]
        appending = self._log.append(joined, at_least=self._least())
        (outcome,) = await asyncio.gather(appending, return_exceptions=True)
        if isinstance(outcome, SchemaError) and len(entry) > 1:
            for waiting in entry:
                await self._append([waiting])
            return
        for waiting in entry:
            settle(waiting.mark, outcome)
