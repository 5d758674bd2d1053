"""Work of workers that load nothing: what supervision is tested with."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from data.errors import SchemaError

Announce = Callable[[str], None]


def steady(folder: Path, number: int, announce: Announce) -> None:
    """Serve until SIGTERM, and write down that it was heard."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _note(folder, f"began {number} {os.getpid()}")
    try:
        announce(f"serving on {folder}")
        while True:
            signal.pause()
    finally:
        _note(folder, f"ended {number} {os.getpid()}")


def refused(folder: Path, number: int, announce: Announce) -> None:
    """The second cannot serve, by an error of ours."""
    if number == 2:
        raise SchemaError(expected="a whole bundle", got="half of one")
    steady(folder, number, announce)


def mortal(folder: Path, number: int, announce: Announce) -> None:
    """Serve at first, and never again: the process ends without a word."""
    _note(folder, f"began {number} {os.getpid()}")
    if dict(notes(folder, "began")[:-1]).get(number):
        os._exit(3)
    announce("serving for now")
    os._exit(4)


def once(folder: Path, number: int, announce: Announce) -> None:
    """Serve until SIGTERM; the second, once it has ended, never serves again."""
    if number == 2 and number in dict(notes(folder, "began")):
        os._exit(3)
    steady(folder, number, announce)


def notes(folder: Path, kind: str) -> list[tuple[int, int]]:
    """Number and process id of those that began or ended, in their order."""
    lines = (folder / "notes").read_text().splitlines() if (folder / "notes").exists() else []
    told = (line.split() for line in lines)
    return [(int(number), int(pid)) for what, number, pid in told if what == kind]


def _note(folder: Path, line: str) -> None:
    with (folder / "notes").open("a") as file:
        file.write(f"{line}\n")
