"""One of the processes that serve together, from inside."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from threading import Thread
from typing import TypeAlias

from data.errors import OutfitError

Work: TypeAlias = Callable[[int, Callable[[str], None]], None]
"""What a worker does: told its number, counted from 1, it says its line once it serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a worker tells its supervisor of its start, once.

    Args:
        serves: else it ends.
        text: what it says as it begins to serve, or why it cannot.
    """

    serves: bool
    text: str


def run_worker(work: Work, number: int, told: "Connection[Report, Report]") -> None:
    """Work in this process until it is told to end, or its supervisor is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the supervisor passes it on
    Thread(target=_end_with_supervisor, daemon=True).start()
    try:
        work(number, lambda text: told.send(Report(serves=True, text=text)))
    except OutfitError as error:
        told.send(Report(serves=False, text=str(error)))
        sys.exit(1)


def _end_with_supervisor() -> None:
    """Once it is gone, end as if it had said so, even if it could not."""
    supervisor = parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)
