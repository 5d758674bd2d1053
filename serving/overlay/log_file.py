"""The file of a local log: a first frame with the mark before it, then a frame an entry."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from data.atomic import atomic_file
from serving.overlay.errors import (
    LogDamagedError,
    LogForkedError,
    LogLostError,
    LogRefusedError,
)
from serving.overlay.frames import frame, read_frames
from serving.overlay.state import Entry, Mark
from serving.overlay.update_codec import decode_updates

MAGIC: Final = b"outfit updates 1\n"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What a reader found.

    Args:
        entries: that it had not read; all of them where `restarted`.
        restarted: the file is another one than before, or the first.
    """

    entries: tuple[Entry, ...]
    restarted: bool


class LogFileReader:
    """Reads a log file on from where it read before, also when another file took its place.

    The file is held open meanwhile: only so is a file of the same inode the same file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._seen = (0, 0)  # inode and size at the last reading
        self.base = self.last = Mark()
        self.end = 0

    def changed(self) -> bool:
        """There may be something to read."""
        try:
            found = self._path.stat()
        except OSError:
            return True
        return (found.st_ino, found.st_size) != self._seen

    def read(self) -> Reading:
        """Entries since the last reading; a frame that is being written is left for the next.

        Raises:
            LogLostError: there is no file, or it is shorter than what was read of it; it stays so
                until another file takes its place, or the reader is closed.
            LogRefusedError: the machine does not let it be read.
            LogDamagedError: what it holds is no log.
        """
        try:
            restarted, content = self._read()
        except FileNotFoundError as error:
            raise LogLostError(
                expected="the file of the log", got="none", where=str(self._path)
            ) from error
        except OSError as error:
            raise LogRefusedError(
                expected="a file that can be read",
                got=(error.strerror or "an error").lower(),
                where=str(self._path),
            ) from error
        try:
            payloads = self._frames(self._restart(content) if restarted else content)
            entries = tuple(_entry(payload, str(self._path)) for payload in payloads)
        except LogDamagedError:
            self.close()
            raise
        self.last = entries[-1].mark if entries else self.last
        return Reading(entries=entries, restarted=restarted)

    def wrote(self, mark: Mark, size: int) -> None:
        """An entry of so many bytes was written where the reading ended: it need not be read."""
        self.last, self.end = mark, self.end + size

    def close(self) -> None:
        """Let go of the file; the next reading begins anew."""
        if self._file is not None:
            self._file.close()
        self._file, self._seen = None, (0, 0)

    def _read(self) -> tuple[bool, bytes]:
        """Whether the file is another one, and its bytes from where it was read before."""
        restarted = self._path.stat().st_ino != self._seen[0]
        if restarted or self._file is None:
            self.close()
            self._file = self._path.open("rb")
        elif os.fstat(self._file.fileno()).st_size < self.end:
            raise cut_short(self._path)
        self._file.seek(0 if restarted else self.end)
        content = self._file.read()
        self._seen = (os.fstat(self._file.fileno()).st_ino, self._file.tell())
        return restarted, content

    def _restart(self, content: bytes) -> bytes:
        """What follows the head of the file."""
        if not content.startswith(MAGIC):
            raise LogDamagedError(
                expected="a log of updates", got=repr(content[:16]), where=str(self._path)
            )
        self.end = len(MAGIC)
        (first, *_) = self._frames(content[self.end :]) or [b""]
        if not first:
            raise LogDamagedError(
                expected="the mark before the first entry", got="none", where=str(self._path)
            )
        self.base = self.last = Mark(**json.loads(first))
        self.end = len(MAGIC) + len(frame(first))
        return content[self.end :]

    def _frames(self, content: bytes) -> list[bytes]:
        try:
            payloads, size = read_frames(content)
        except ValueError as error:
            raise LogDamagedError(
                expected="sound records",
                got=f"{error} of what follows byte {self.end}",
                where=str(self._path),
            ) from error
        self.end += size
        return payloads


def cut_short(path: Path) -> LogLostError:
    """What is raised where somebody else took off the end of a file."""
    return LogLostError(
        expected="what was in the log before", got="a file cut short", where=str(path)
    )


def write_log_file(path: Path, base: Mark, entries: Iterable[tuple[Entry, bytes]]) -> None:
    """Put a file of these entries, with their encoded updates, in the place of any other."""
    head = json.dumps({"version": base.version, "token": base.token}).encode()
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        file.write(MAGIC + frame(head))
        file.writelines(
            entry_frame(entry.previous, entry.mark, data, gives_back=entry.gives_back)
            for entry, data in entries
        )


def entry_frame(previous: str, mark: Mark, updates: bytes, *, gives_back: str = "") -> bytes:
    """An entry as it stands in the file."""
    head = {"previous": previous, "version": mark.version, "token": mark.token}
    head |= {"gives_back": gives_back} if gives_back else {}
    return frame(json.dumps(head).encode() + b"\n" + updates)


def entries_after(
    base: Mark, entries: Sequence[Entry], mark: Mark, where: str
) -> tuple[Entry, ...]:
    """The entries that follow a mark.

    Raises:
        LogForkedError: the mark is neither the base nor that of an entry.
    """
    marks = [base, *(entry.mark for entry in entries)]
    if mark not in marks:
        raise LogForkedError(
            expected=f"version {mark.version} as it was applied",
            got=f"versions {base.version} to {marks[-1].version} without it",
            where=where,
        )
    return tuple(entries[marks.index(mark) :])


def _entry(payload: bytes, where: str) -> Entry:
    head, _, updates = payload.partition(b"\n")
    described = json.loads(head)
    return Entry(
        previous=described["previous"],
        mark=Mark(version=described["version"], token=described["token"]),
        updates=decode_updates(updates, where),
        gives_back=described.get("gives_back", ""),
    )
