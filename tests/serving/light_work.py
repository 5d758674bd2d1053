"""Work of workers that load nothing: what supervision is tested with."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from data.errors import SchemaError

Announce = Callable[[str], None]


def steady(folder: Path, number: int, announce: Announce) -> None:
    """Serve until SIGTERM, and write down that it was heard."""
    asyncio.run(_steady(folder, number, announce))


async def _steady(folder: Path, number: int, announce: Announce) -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    _note(folder, f"began {number} {os.getpid()}")
    announce(f"serving on {folder}")
    await told.wait()
    _note(folder, f"ended {number} {os.getpid()}")


def refused(folder: Path, number: int, announce: Announce) -> None:
    """The second cannot serve, by an error of ours."""
    if number == 2:
        raise SchemaError(expected="a whole bundle", got="half of one")
    steady(folder, number, announce)


def mortal(folder: Path, number: int, announce: Announce) -> None:
    """Serve at first, and never again: the process ends without a word."""

    async def die() -> None:
        announce("serving for now")
        os._exit(4)

    _note(folder, f"began {number} {os.getpid()}")
    if dict(notes(folder, "began")[:-1]).get(number):
        os._exit(3)
    asyncio.run(die())


def once(folder: Path, number: int, announce: Announce) -> None:
    """Serve until SIGTERM; the second, once it has ended, never serves again."""
    if number == 2 and number in dict(notes(folder, "began")):
        os._exit(3)
    steady(folder, number, announce)


def stuck(folder: Path, number: int, announce: Announce) -> None:
    """Serve until SIGTERM; the event loop of the second stands still at first, deaf to it."""
    if number == 1 or number in dict(notes(folder, "began")):
        steady(folder, number, announce)
    else:
        asyncio.run(_stuck(folder, number, announce))


def mute(folder: Path, number: int, announce: Announce) -> None:
    """Serve until SIGTERM; the second never says that it serves, deaf to it."""
    if number == 2:
        _say_nothing(folder, number)
    steady(folder, number, announce)


def mute_later(folder: Path, number: int, announce: Announce) -> None:
    """Serve until SIGTERM; the second, started again, never says so, but when started once more."""
    if number == 2 and [each for each, _ in notes(folder, "began")].count(number) == 1:
        _say_nothing(folder, number)
    steady(folder, number, announce)


def deaf(folder: Path, number: int, announce: Announce) -> None:
    """Serve, whatever is told."""

    async def serve() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: None)
        _note(folder, f"began {number} {os.getpid()}")
        announce("serving for ever")
        await asyncio.Event().wait()

    asyncio.run(serve())


async def _stuck(folder: Path, number: int, announce: Announce) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: None)
    _note(folder, f"began {number} {os.getpid()}")
    announce("serving for now")
    time.sleep(3_600)  # what a deadlock looks like


def _say_nothing(folder: Path, number: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _note(folder, f"began {number} {os.getpid()}")
    time.sleep(3_600)  # what a dead disk looks like


def notes(folder: Path, kind: str) -> list[tuple[int, int]]:
    """Number and process id of those that began or ended, in their order."""
    lines = (folder / "notes").read_text().splitlines() if (folder / "notes").exists() else []
    told = (line.split() for line in lines)
    return [(int(number), int(pid)) for what, number, pid in told if what == kind]


def _note(folder: Path, line: str) -> None:
    with (folder / "notes").open("a") as file:
        file.write(f"{line}\n")
