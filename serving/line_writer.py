"""Lines written by a thread of its own: who has one written never waits for whoever reads them.

A pipe whose reader stops is full after 64 KiB. What would be written then waits here, up to a
limit; beyond it lines are dropped, and the next that can be written says how many.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

MAX_LINES: Final = 10_000
GATHER_S: Final = 0.05
"""Between two writes, so that the thread wakes up seldom, however many lines there are."""
PIPE_BYTES: Final = 4_096
"""So much is written to a pipe as a whole, between what other processes write to it."""
CLOSING_S: Final = 2.0
"""For how long a reader that stopped can hold up the end of the process."""


class LineWriter:
    """What a `logging.StreamHandler`, whose lock keeps its callers apart, takes for a stream.

    Args:
        descriptor: of the file or pipe.
        told: the line that says how many were dropped.
    """

    def __init__(self, descriptor: int, told: Callable[[int], str]) -> None:
        self._descriptor, self._told = descriptor, told
        self._lines: deque[bytes] = deque()
        self._dropped = self._owned_up = 0
        self._waiting, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Take a line; drop and count it where too many wait. Once closed, write it at once."""
        if self._closing.is_set() and not self._thread.is_alive():
            self._written(text.encode(errors="backslashreplace"))
        elif len(self._lines) >= MAX_LINES:
            self._dropped += 1
        else:
            self._lines.append(text.encode(errors="backslashreplace"))
            if not self._waiting.is_set():
                self._waiting.set()

    def close(self) -> None:
        """Write what waits, and wait for it, but not for ever."""
        self._closing.set()
        self._waiting.set()
        self._thread.join(CLOSING_S)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._waiting.wait()
            self._waiting.clear()
            self._write_all()
            self._closing.wait(GATHER_S)
        self._write_all()

    def _write_all(self) -> None:
        while self._lines:
            if self._written(self._gathered()):
                self._own_up()

    def _gathered(self) -> bytes:
        """The first line, and those after it as long as all fit."""
        gathered = self._lines.popleft()
        while self._lines and len(gathered) + len(self._lines[0]) <= PIPE_BYTES:
            gathered += self._lines.popleft()
        return gathered

    def _written(self, lines: bytes) -> bool:
        rest = memoryview(lines)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:  # nobody is there to read them, or the disk is full
            self._dropped += lines.count(b"\n")
            return False
        return True

    def _own_up(self) -> None:
        number = self._dropped - self._owned_up
        if number:
            self._owned_up += number
            self._lines.append(self._told(number).encode(errors="backslashreplace"))
