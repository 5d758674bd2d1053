"""One of the processes that serve together, as its supervisor holds it."""

import asyncio
import logging
import os
from multiprocessing import get_context
from typing import Final

from serving.worker import Report, Work, run_worker

LOGGER = logging.getLogger(__name__)

MISSED: Final = 2
"""Silences in a row that are a hang; one may be a pause of the whole machine, this process too."""
MANY: Final = 65_536
"""Bytes of a full pipe."""


class WorkerProcess:
    """A process that has been started; it inherits nothing but its work and the environment.

    Args:
        work: that it does; it is pickled.
        number: of the worker.

    Raises:
        OSError: the machine has no process, memory or file descriptor left for it.
    """

    def __init__(self, work: Work, number: int) -> None:
        context = get_context("spawn")  # a fork would copy locks that threads hold
        self._told, told = context.Pipe(duplex=False)
        self._beats, beats = context.Pipe(duplex=False)
        name = f"outfit worker {number}"
        args = (work, number, told, beats)
        self._process = context.Process(target=run_worker, args=args, name=name, daemon=True)
        self._process.start()
        told.close()
        beats.close()

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self._process.pid

    async def report(self) -> Report | None:
        """How its start went, once it tells; None where it ended without a word."""
        await _readable(self._told.fileno())
        try:
            report: Report = self._told.recv()
        except (EOFError, OSError):  # it ended before, or within
            return None
        return report

    async def hangs(self, silence_s: float) -> bool:
        """Wait while it serves: true once its event loop stands still, false once it has ended.

        Args:
            silence_s: after which nothing has been heard of it; it hangs after two of them.
        """
        missed = 0
        while missed < MISSED:
            try:
                async with asyncio.timeout(silence_s):
                    await _readable(self._beats.fileno())
            except TimeoutError:
                missed += 1
            else:
                missed = 0
                if not os.read(self._beats.fileno(), MANY):
                    return False
        return True

    def kill(self) -> None:
        """End it as nothing can prevent, unless it has ended."""
        self._process.kill()

    async def ended(self) -> int | None:
        """Its exit code, once it has ended; below zero, the signal that killed it."""
        await _readable(self._process.sentinel)
        self._process.join()
        return self._process.exitcode

    async def end(self, patience_s: float) -> None:
        """Tell it to end, unless it has ended, and kill it if it takes longer."""
        self._process.terminate()
        try:
            async with asyncio.timeout(patience_s):
                await self.ended()
        except TimeoutError:
            LOGGER.warning("killed a worker that did not end", extra={"pid": self.pid})
            self.kill()
            await self.ended()
        self._told.close()
        self._beats.close()


async def _readable(descriptor: int) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
