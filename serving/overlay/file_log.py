"""A log in a folder of this machine, for servers without Redis; several processes may share it.

FOLDER/
├── updates.log    entries, appended and flushed to the disk one by one
├── snapshot.bin   the latest snapshot, in frames
├── updates.damaged   what could not be read and was begun anew, if that ever was
└── lock           held by whoever writes
"""

import asyncio
import errno
import fcntl
import logging
import os
import secrets
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final, TypeVar

from data.atomic import atomic_file
from engine.updates import ItemUpdate
from serving.overlay.errors import (
    LogDamagedError,
    LogForkedError,
    LogFullError,
    LogRefusedError,
    UpdateLogError,
)
from serving.overlay.frames import frame, read_frames
from serving.overlay.log import KEPT_ENTRIES, Replay
from serving.overlay.log_file import (
    LogFileReader,
    cut_short,
    entries_after,
    entry_frame,
    write_log_file,
)
from serving.overlay.state import Entry, Mark, OverlayState
from serving.overlay.update_codec import decode_state, encode_state, encode_updates
from serving.set_within import set_within
from serving.to_the_end import to_the_end

LOGGER = logging.getLogger(__name__)
POLL_S: Final = 0.05
FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Answered = TypeVar("Answered")


class FileLog:
    """An `UpdateLog` over files; what it acknowledges is on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path, self._snapshot_path = folder / "updates.log", folder / "snapshot.bin"
        self._head = LogFileReader(self._path)
        self._read_once = False  # everything in the folder was read, or begun, here
        self._written = asyncio.Event()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="update log")

    async def append(
        self,
        updates: Sequence[ItemUpdate],
        *,
        after: Mark | None = None,
        at_least: int = 0,
        gives_back: str = "",
    ) -> Mark:
        """The mark of the new entry, once it is durable; see `UpdateLog`."""
        encoded = encode_updates(updates)
        mark = await self._in_writer(lambda: self._append(encoded, after, at_least, gives_back))
        self._written.set()
        self._written = asyncio.Event()
        return mark

    async def follow(self, after: Mark) -> AsyncGenerator[tuple[Entry, ...], None]:
        """Entries after a mark as they come; see `UpdateLog`."""
        mark = after
        with closing(LogFileReader(self._path)) as reader:
            while True:
                written = self._written
                found = await to_the_end(reader.read)
                entries = found.entries
                if found.restarted:
                    entries = entries_after(reader.base, entries, mark, str(self._path))
                mark = entries[-1].mark if entries else mark
                yield entries
                while not (written.is_set() or reader.changed()):
                    await set_within(written, POLL_S)
                    yield ()

    async def replay(self) -> Replay | None:
        """Everything that the folder holds; see `UpdateLog`."""
        return await self._in_writer(self._replay)

    async def seed(self, state: OverlayState) -> None:
        """Begin with a state; see `UpdateLog`."""
        await self._in_writer(lambda: self._seed(state))

    async def snapshot(self, state: OverlayState, *, ahead: int = 1) -> int:
        """Keep a state and trim what it covers; see `UpdateLog`."""
        return await self._in_writer(lambda: self._snapshot(state, ahead))

    async def close(self) -> None:
        """Wait for what is being written."""
        await asyncio.to_thread(self._writer.shutdown)
        self._head.close()

    async def _in_writer(self, work: Callable[[], Answered]) -> Answered:
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._locked, work)

    def _locked(self, work: Callable[[], Answered]) -> Answered:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / "lock").open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                return work()
        except OSError as error:
            raise _refused(error, self._path) from error

    def _append(self, encoded: bytes, after: Mark | None, at_least: int, gives_back: str) -> Mark:
        self._head.read()
        last = self._head.last
        if after is not None and after != last:
            raise LogForkedError(
                expected=f"version {after.version} to be the last",
                got=f"version {last.version}",
                where=str(self._path),
            )
        mark = Mark(version=max(last.version + 1, at_least), token=secrets.token_hex(8))
        content = entry_frame(last.token, mark, encoded, gives_back=gives_back)
        self._write(content, self._head.end)
        self._head.wrote(mark, len(content))
        return mark

    def _write(self, content: bytes, end: int) -> None:
        """Write after `end` and flush; what stood there is the torn frame of a crash."""
        with self._path.open("r+b", buffering=0) as file:
            self._cut(file.fileno(), end)
            try:
                file.seek(end)
                rest = memoryview(content)
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), end)
                raise

    def _cut(self, descriptor: int, end: int) -> None:
        torn = os.fstat(descriptor).st_size - end
        if torn < 0:
            raise cut_short(self._path)
        if torn:
            os.ftruncate(descriptor, end)
            LOGGER.warning(
                "cut the torn end of the update log",
                extra={"file": str(self._path), "bytes": torn},
            )

    def _replay(self) -> Replay | None:
        self._head.close()
        if not self._path.exists():
            snapshot = self._read_snapshot()
            if snapshot is None:
                return None
            LOGGER.warning("began the update log anew at its snapshot: it was gone")
            write_log_file(self._path, snapshot.mark, [])
        base, replay = self._read_all()
        if self._read_once:  # what is left of a log that was lost goes into a new file, read anew
            write_log_file(self._path, base, _encoded(replay.entries))
        self._read_once = True
        return replay

    def _read_all(self) -> tuple[Mark, Replay]:
        """The mark before the first entry, and everything; raises LogDamagedError."""
        snapshot = self._read_snapshot() or OverlayState()
        base, entries = self._read_file()
        try:
            entries_after(base, entries, snapshot.mark, str(self._path))
        except LogForkedError as error:
            raise LogDamagedError(
                expected=f"a log that holds version {snapshot.version}, of its snapshot",
                got=error.got,
                where=error.where,
            ) from error
        return base, Replay(snapshot=snapshot, entries=entries)

    def _read_file(self) -> tuple[Mark, tuple[Entry, ...]]:
        with closing(LogFileReader(self._path)) as reader:
            entries = reader.read().entries
        return reader.base, entries

    def _seed(self, state: OverlayState) -> None:
        there = self._path.exists()
        if there and not (self._read_once and self._is_damaged()):
            raise LogForkedError(expected="an empty log", got="a log", where=str(self._path))
        first = self._newest(state)
        self._write_snapshot(first)
        if there:
            self._path.replace(self._folder / "updates.damaged")
        write_log_file(self._path, first.mark, [])
        self._read_once = True

    def _is_damaged(self) -> bool:
        try:
            self._read_all()
        except LogDamagedError:
            return True
        return False

    def _newest(self, state: OverlayState) -> OverlayState:
        """This state, or a later one that another process has kept."""
        try:
            kept = self._read_snapshot()
        except LogDamagedError:
            return state
        return kept if kept is not None and kept.version > state.version else state

    def _snapshot(self, state: OverlayState, ahead: int) -> int:
        base, entries = self._read_file()
        marks = [base, *(entry.mark for entry in entries)]
        entries_after(base, entries, state.mark, str(self._path))
        kept = self._read_snapshot()
        if kept is not None and state.version < kept.version + ahead:
            return kept.version
        self._write_snapshot(state)
        first = max(marks.index(state.mark) - KEPT_ENTRIES, 0)
        write_log_file(self._path, marks[first], _encoded(entries[first:]))
        return state.version

    def _write_snapshot(self, state: OverlayState) -> None:
        with atomic_file(self._snapshot_path) as temporary, temporary.open("wb") as file:
            file.writelines(map(frame, encode_state(state)))

    def _read_snapshot(self) -> OverlayState | None:
        if not self._snapshot_path.exists():
            return None
        where, content = str(self._snapshot_path), self._snapshot_path.read_bytes()
        try:
            chunks, size = read_frames(content)
        except ValueError as error:
            raise LogDamagedError(expected="a snapshot", got=str(error), where=where) from error
        if size < len(content):
            raise LogDamagedError(expected="a snapshot", got="one cut short", where=where)
        return decode_state(chunks, where)


def _encoded(entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
    return ((entry, encode_updates(entry.updates)) for entry in entries)


def _refused(error: OSError, path: Path) -> UpdateLogError:
    kind = LogFullError if error.errno in FULL else LogRefusedError
    return kind(
        expected="a folder to write to",
        got=(error.strerror or "an error").lower(),
        where=str(path.parent),
    )
