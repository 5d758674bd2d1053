"""One replica's overlay: it follows the log, and goes on from memory while the log is lost."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final

from data.errors import SchemaError
from engine.updates import ItemUpdate
from serving.overlay.errors import (
    LogDamagedError,
    LogForkedError,
    LogLostError,
    LogTimeoutError,
    LogUnreachableError,
    UpdateLogError,
)
from serving.overlay.joined_appends import JoinedAppends
from serving.overlay.log import Replay, UpdateLog
from serving.overlay.rescue import Rescue, rescue
from serving.overlay.state import Entry, Mark, OverlayState, advance
from serving.overlay.tail import Tail

LOGGER = logging.getLogger(__name__)
OUT_OF_STEP: Final = (LogForkedError, LogLostError, LogDamagedError)
"""Errors after which following on is not enough."""
RETRY_PART: Final = 20
"""A snapshot that failed is tried again after this part of the entries between two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayConfig:
    """How a replica keeps in step."""

    snapshot_every: int = 2_000  # entries; a late replica reads at most so many beside a snapshot
    first_pause_s: float = 0.05  # before trying again what failed; doubles each time
    longest_pause_s: float = 0.5  # so that a log that is back is followed within a second
    apply_timeout_s: float = 5.0  # how long `apply` waits to see its own update come back
    give_back_items: int = 32  # of an entry given back to a log that lost it


class Overlay:
    """The updates in force on this replica; made by `running_overlay`.

    `current` never goes back, whatever becomes of the log.
    """

    def __init__(self, log: UpdateLog, config: OverlayConfig) -> None:
        self._log, self._config = log, config
        # A log that was turned back, which nobody here has seen yet, would use versions again.
        self._appends = JoinedAppends(log, lambda: self._state.version + 1)
        self._state, self._tail = OverlayState(), Tail()
        self._moved = asyncio.Event()
        self._error: UpdateLogError | None = None
        self._connected = self._in_step = False
        self._followed = self._lost = False  # ever; after that, and not again yet
        self._heard = time.monotonic()
        self._snapshots: set[asyncio.Task[None]] = set()
        self._snapshot_due = config.snapshot_every  # the version from which one is begun here

    @property
    def current(self) -> OverlayState:
        """What is in force now; never changed, only succeeded."""
        return self._state

    @property
    def connected(self) -> bool:
        """The log was heard of, and nothing failed since."""
        return self._connected

    @property
    def error(self) -> UpdateLogError | None:
        """Why the log is not followed; None while it is."""
        return None if self._connected else self._error

    @property
    def age_s(self) -> float:
        """Seconds since the log was last heard of; what is older than this is in force."""
        return time.monotonic() - self._heard

    async def apply(self, updates: Sequence[ItemUpdate]) -> int:
        """The version that holds the updates, once they are in the log and in force here.

        Raises:
            OverloadError: too many updates wait for the log.
            SchemaError: the updates are too large to be appended together.
            UpdateLogError: they are not in the log, or it lost them before they were in force here;
                after `LogTimeoutError` they may be in it.
        """
        if not self._connected:
            raise self._error or LogUnreachableError(
                expected="a log that is followed", got="none yet", where="overlay"
            )
        mark = await self._appends.append(updates)
        await self._wait_for(mark)
        self._keep_snapshot()
        return mark.version

    async def follow(self, started: asyncio.Future[None]) -> None:
        """Keep in step for ever; tell `started` of the first success, or failure."""
        pause = self._config.first_pause_s
        while True:
            try:
                if not self._in_step:
                    await self._sync()
                async with aclosing(self._log.follow(self._state.mark)) as pages:
                    async for entries in pages:
                        self._take(entries)
                        pause = self._config.first_pause_s
                        if not started.done():
                            started.set_result(None)
            except Exception as error:  # noqa: BLE001 - nobody would miss a follower that ended
                lost = self._lose(error)
                if not (started.done() or isinstance(lost, LogForkedError | LogLostError)):
                    started.set_exception(lost)
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._config.longest_pause_s)
            finally:
                self._connected = False

    async def close(self) -> None:
        """Wait for what is being written."""
        await self._appends.close()
        await asyncio.gather(*self._snapshots)

    def _take(self, entries: Sequence[Entry]) -> None:
        if entries:
            state = advance(self._state, entries)
            self._tail.extend(entries)
            self._put_in_force(state)
        if self._lost:
            LOGGER.info("followed the update log again", extra={"version": self._state.version})
        self._followed, self._lost = True, False
        self._connected, self._heard = True, time.monotonic()

    def _put_in_force(self, state: OverlayState) -> None:
        self._state = state
        self._moved.set()
        self._moved = asyncio.Event()

    def _lose(self, error: Exception) -> UpdateLogError:
        """Go on without the log: the error that updates are refused with."""
        lost = error if isinstance(error, UpdateLogError) else _unforeseen(error)
        if self._connected or type(lost) is not type(self._error):
            LOGGER.warning(
                "lost the update log; answers go on from memory"
                if self._followed
                else "could not read the update log",
                extra={"reason": str(lost)},
                exc_info=None if lost is error else error,
            )
        self._connected, self._error = False, lost
        self._lost = self._followed
        self._in_step = self._in_step and not isinstance(lost, OUT_OF_STEP)
        return lost

    async def _sync(self) -> None:
        """Read everything that the log holds, and give it back what it lost."""
        replay = await self._replay()
        if replay is None:
            await self._log.seed(self._state)
            self._count_from(self._state.version)
            LOGGER.info("began the update log", extra={"version": self._state.version})
        else:
            found = await asyncio.to_thread(rescue, self._state, self._tail.entries, replay)
            given = await self._give_back(found) if found.forked else []
            self._tail = Tail()
            self._tail.extend([*found.tail, *given])
            self._put_in_force(advance(found.state, given))
            self._count_from(replay.snapshot.version)
        self._in_step = True

    async def _replay(self) -> Replay | None:
        """What the log holds; a damaged one is begun anew if all that it held is in force here."""
        try:
            return await self._log.replay()
        except LogDamagedError as damaged:
            try:
                await self._log.seed(self._state)
            except LogForkedError:
                raise damaged from None
            LOGGER.warning("mended the update log", extra={"reason": str(damaged)})
            return await self._log.replay()

    async def _give_back(self, found: Rescue) -> list[Entry]:
        """Append what the log lost, above every version that was in force here."""
        LOGGER.warning(
            "gave back to the update log what it had lost",
            extra={"items": len(found.updates), "version": self._state.version},
        )
        given, mark = list[Entry](), found.state.mark
        for updates in _batches(found.updates, self._config.give_back_items):
            given += await self._given(updates, mark)
            mark = given[-1].mark
        return given

    async def _given(self, updates: tuple[ItemUpdate, ...], after: Mark) -> list[Entry]:
        """Append updates in one entry, or in several where they are too large for one."""
        mine = self._state.mark
        try:
            mark = await self._log.append(
                updates, after=after, at_least=mine.version + 1, gives_back=mine.token
            )
        except SchemaError:
            if len(updates) == 1:
                raise
            half = len(updates) // 2
            first = await self._given(updates[:half], after)
            return first + await self._given(updates[half:], first[-1].mark)
        return [Entry(previous=after.token, mark=mark, updates=updates, gives_back=mine.token)]

    async def _wait_for(self, mark: Mark) -> None:
        """Until the entry is in force here; raises LogTimeoutError where it is not in time.

        A version says nothing: a log that was turned back after it had answered reaches it without
        the entry.
        """
        try:
            async with asyncio.timeout(self._config.apply_timeout_s):
                while not self._tail.recognizes(mark):
                    await self._moved.wait()
        except TimeoutError as error:
            raise LogTimeoutError(
                expected=f"version {mark.version} to come back in time",
                got=f"version {self._state.version}",
                where="update log",
            ) from error

    def _count_from(self, kept: int) -> None:
        """A snapshot of this version is kept: the next is due so many entries later."""
        self._snapshot_due = kept + self._config.snapshot_every

    def _keep_snapshot(self) -> None:
        """Begin one where it is due; one that fails is due again after some more entries."""
        version = self._state.version
        if self._snapshots or version < self._snapshot_due:
            return
        self._snapshot_due = version + max(self._config.snapshot_every // RETRY_PART, 1)
        task = asyncio.create_task(self._snapshot(self._state))
        self._snapshots.add(task)
        task.add_done_callback(self._snapshots.discard)

    async def _snapshot(self, state: OverlayState) -> None:
        try:
            self._count_from(await self._log.snapshot(state, ahead=self._config.snapshot_every))
        except Exception as error:
            LOGGER.exception("kept no snapshot of the update log", extra={"reason": str(error)})


@asynccontextmanager
async def running_overlay(
    log: UpdateLog, config: OverlayConfig | None = None
) -> AsyncIterator[Overlay]:
    """An overlay that follows its log within the block; leaving it closes the log.

    Raises:
        UpdateLogError: the log cannot be read. A replica that does not know what became of items
            would offer what was deleted, so it does not start.
    """
    overlay = Overlay(log, config or OverlayConfig())
    started = asyncio.get_running_loop().create_future()
    async with AsyncExitStack() as closing:  # all of them, whichever fails
        closing.push_async_callback(log.close)
        closing.push_async_callback(overlay.close)
        closing.push_async_callback(_end, asyncio.create_task(overlay.follow(started)))
        await started
        yield overlay


def _unforeseen(error: Exception) -> LogDamagedError:
    """What comes of an error that nobody named: all that the log holds is read anew."""
    return LogDamagedError(
        expected="a log that can be followed",
        got=f"{type(error).__name__} ({error})",
        where="update log",
    )


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel until it is done: before Python 3.12, `wait_for` may swallow a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.1)
    if not task.cancelled():
        task.result()


def _batches(updates: Sequence[ItemUpdate], size: int) -> list[tuple[ItemUpdate, ...]]:
    """Parts of at most `size`; one, empty, of no updates."""
    rest = iter(updates)
    return [tuple(islice(rest, size)) for _ in range(0, max(len(updates), 1), size)]
