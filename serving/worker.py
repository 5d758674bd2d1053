"""One of the processes that serve together, from inside."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from threading import Thread
from typing import Final, TypeAlias

from data.errors import OutfitError

Work: TypeAlias = Callable[[int, Callable[[str], None]], None]
"""What a worker does: told its number, counted from 1, it says its line once it serves, from within
the event loop that serves."""

BEAT_S: Final = 1.0
"""How often a worker that serves says that its event loop still turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a worker tells its supervisor of its start, once.

    Args:
        serves: else it ends.
        text: what it says as it begins to serve, or why it cannot.
    """

    serves: bool
    text: str


def run_worker(
    work: Work, number: int, told: "Connection[Report, Report]", beats: "Connection[None, None]"
) -> None:
    """Work in this process until it is told to end, or its supervisor is gone.

    Args:
        work: to do.
        number: of the worker.
        told: gets the report of its start.
        beats: gets a byte every `BEAT_S` from when it serves; what does not fit is dropped.
    """

    def announce(text: str) -> None:
        told.send(Report(serves=True, text=text))
        _beat(beats)

    os.set_blocking(beats.fileno(), False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the supervisor passes it on
    Thread(target=_end_with_supervisor, daemon=True).start()
    try:
        work(number, announce)
    except OutfitError as error:
        told.send(Report(serves=False, text=str(error)))
        sys.exit(1)


def _beat(beats: "Connection[None, None]") -> None:
    """Say that the event loop turns, now and for as long as it does."""
    with suppress(BlockingIOError, BrokenPipeError):  # the supervisor stands still, or is gone
        os.write(beats.fileno(), b".")
    asyncio.get_running_loop().call_later(BEAT_S, _beat, beats)


def _end_with_supervisor() -> None:
    """Once it is gone, end as if it had said so, even if it could not."""
    supervisor = parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)
