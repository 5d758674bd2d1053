"""Servers as processes of their own."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A process that has said where it serves."""

    pid: int
    address: str

    def memory_mib(self) -> float:
        """What of it is resident, mapped files included."""
        command = ["ps", "-o", "rss=", "-p", str(self.pid)]
        told = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603
        return int(told.stdout) / 1024


@contextmanager
def server_of(module: str, arguments: Sequence[str], log: Path) -> Iterator[Server]:
    """`python -m MODULE ...`, whose first line of output ends with its address.

    Args:
        module: to run.
        arguments: of it.
        log: a new file for what it says on standard error.
    """
    command = [sys.executable, "-m", module, *arguments]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)  # noqa: S603
    try:
        said = process.stdout.readline().split() if process.stdout else []
        if not said:
            raise RuntimeError(f"{module} did not start: {log.read_text()}")
        yield Server(pid=process.pid, address=said[-1])
    finally:
        process.terminate()
        process.communicate()
