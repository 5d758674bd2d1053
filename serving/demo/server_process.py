"""A real server as a process of its own, which never outlives the block that needs it."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from data.errors import OutfitError

SERVE: Final = "from serving.cli import main; main()"
ANNOUNCEMENT: Final = re.compile(r"^serving \S+ on (\S+)$", re.MULTILINE)
START_S: Final = 120.0
END_S: Final = 15.0
GLANCE_S: Final = 0.05


class ServerStartError(OutfitError):
    """The server ended, or said nothing, before it served."""


@contextmanager
def server_process(bundle: Path, log: Path) -> Iterator[str]:
    """`outfit serve` on a free port of this machine; gives its address.

    What the server says is written to `log`. It is ended when the block is left, also by an error,
    by Ctrl-C, or because this process is told to end.

    Raises:
        ServerStartError: it did not start.
    """
    command = [sys.executable, "-c", SERVE, "serve", str(bundle), "--port", "0"]
    with _termination_as_exit(), log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield _address(process, log)
        finally:
            _end(process)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """What the server announces, once it does."""
    patience = time.monotonic() + START_S
    while time.monotonic() < patience:
        ended = process.poll() is not None
        said = log.read_text("utf-8", errors="replace")
        if announced := ANNOUNCEMENT.search(said):
            return announced[1]
        if ended:
            raise ServerStartError(f"the server ended with {process.returncode}; {log} says why")
        time.sleep(GLANCE_S)
    raise ServerStartError(f"the server did not start within {START_S:.0f} s; {log} says why")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask politely, then do not ask."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _termination_as_exit() -> Iterator[None]:
    """SIGTERM and SIGHUP leave the block as an exit would, so that its ends are tied up."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
