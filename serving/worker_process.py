"""One of the processes that serve together, as its supervisor holds it."""

import asyncio
from multiprocessing import get_context

from serving.worker import Report, Work, run_worker


class WorkerProcess:
    """A process that has been started; it inherits nothing but its work and the environment.

    Args:
        work: that it does; it is pickled.
        number: of the worker.
    """

    def __init__(self, work: Work, number: int) -> None:
        context = get_context("spawn")  # a fork would copy locks that threads hold
        self._told, told = context.Pipe(duplex=False)
        name = f"outfit worker {number}"
        args = (work, number, told)
        self._process = context.Process(target=run_worker, args=args, name=name, daemon=True)
        self._process.start()
        told.close()

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self._process.pid

    async def report(self) -> Report | None:
        """How its start went, once it tells; None where it ended without a word."""
        await _readable(self._told.fileno())
        try:
            report: Report = self._told.recv()
        except EOFError:
            return None
        return report

    async def ended(self) -> int | None:
        """Its exit code, once it has ended; below zero, the signal that killed it."""
        await _readable(self._process.sentinel)
        self._process.join()
        return self._process.exitcode

    async def end(self) -> None:
        """Tell it to end, unless it has ended, and wait until it has finished what it does."""
        self._process.terminate()
        await self.ended()
        self._told.close()


async def _readable(descriptor: int) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
