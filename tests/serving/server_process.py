"""A server as a process of its own: killed, started again, its memory seen from outside."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

PLANTED = """
import asyncio, sys
from pathlib import Path
from serving.batcher import BatchConfig
from serving.engine_slot import EngineSlot
from serving.security.protection import Protection
from serving.server import serve
from serving.server_config import ServerConfig
from serving.server_parts import Parts
from tests.serving.memory_log import MemoryLog
from tests.serving.planted_shop import PlantedShop
{shop}
async def main():
    parts = Parts(slot=EngineSlot(Shop()), log=MemoryLog())
    await serve(parts, ServerConfig(port=0, {config}), lambda at: print("on", at, flush=True))

asyncio.run(main())
"""

SNAPSHOTS_OFTEN = """
from functools import partial
from serving.overlay import log, overlay

log.KEPT_ENTRIES = 20
overlay.OverlayConfig = partial(overlay.OverlayConfig, snapshot_every=10)

from serving.cli import main
main()
"""
"""`outfit`, whose logs of updates come round in moments."""


class ServerProcess:
    """Its last word on the first line of output is its address.

    Args:
        command: of Python, such as `-m serving serve BUNDLE`.
    """

    def __init__(self, *command: str) -> None:
        self._command = [sys.executable, *command]
        self.start()

    def start(self) -> None:
        with TemporaryFile("w+") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command, stdout=subprocess.PIPE, stderr=log, text=True
            )
            assert self._process.stdout is not None
            said = self._process.stdout.readline().split()
            if not said:
                log.seek(0)
                raise AssertionError(log.read())
        self.address = said[-1]

    def kill(self) -> None:
        """As nothing can prepare for: SIGKILL."""
        self._process.kill()
        self._process.communicate()

    def exit_code(self) -> int:
        """Once it has ended by itself."""
        self._process.communicate(timeout=60)
        return self._process.returncode

    @contextmanager
    def grows_less_than(self, mib: float) -> Iterator[None]:
        """Within the block, at any moment."""
        self.forget_peak()
        before = self.peak_mib()
        yield
        assert self.peak_mib() - before < mib

    def forget_peak(self) -> None:
        """Begin anew with what is in memory now."""
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def peak_mib(self) -> float:
        """The most that was in memory since it was forgotten."""
        return self._status_mib("VmHWM")

    def resident_mib(self) -> float:
        """What of it is in memory now."""
        return self._status_mib("VmRSS")

    def connections(self) -> int:
        """Sockets that it holds open, those that it listens on included."""
        links = (link.readlink() for link in Path(f"/proc/{self._process.pid}/fd").iterdir())
        return sum(str(link).startswith("socket:") for link in links)

    def _status_mib(self, name: str) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith(name)]
        return int(line.split()[1]) / 1024


@contextmanager
def outfit_serve(*flags: str) -> Iterator[ServerProcess]:
    """`outfit serve` within the block, on a free port."""
    with _running(ServerProcess("-m", "serving", "serve", *flags, "--port", "0")) as server:
        yield server


@contextmanager
def outfit_serve_with_snapshots_often(*flags: str) -> Iterator[ServerProcess]:
    """The same with a snapshot of the updates every few entries, and few entries kept beside it."""
    with _running(ServerProcess("-c", SNAPSHOTS_OFTEN, "serve", *flags, "--port", "0")) as server:
        yield server


@contextmanager
def planted_server(
    shop: str = "Shop = PlantedShop", config: str = "", *arguments: str
) -> Iterator[ServerProcess]:
    """A server of a planted shop within the block; it loads no model.

    Args:
        shop: Python that defines the class `Shop`.
        config: Python, further arguments of `ServerConfig`.
        arguments: that this Python reads from `sys.argv`.
    """
    program = PLANTED.format(shop=shop, config=config)
    with _running(ServerProcess("-c", program, *arguments)) as server:
        yield server


@contextmanager
def _running(server: ServerProcess) -> Iterator[ServerProcess]:
    try:
        yield server
    finally:
        server.kill()
