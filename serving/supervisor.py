"""Keeps several processes that serve together: starts them, replaces who dies or hangs, ends all.

It serves nothing itself and loads neither gRPC nor PyTorch, so that little of it can fail.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from data.errors import OutfitError
from serving.worker import Report, Work
from serving.worker_process import WorkerProcess

LOGGER = logging.getLogger(__name__)


class WorkerStartError(OutfitError):
    """A worker ended before it served, or took too long to begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartConfig:
    """When a worker is given up, and how soon, and how often, it is started again."""

    first_pause_s: float = 0.1  # doubles with each death of a worker
    longest_pause_s: float = 10.0
    steady_s: float = 60.0  # a life of this length is no reason for a longer pause
    failed_starts: int = 5  # in a row, of one worker: then all end, if none serves
    start_s: float = 300.0  # for one to begin to serve; then it is killed
    silence_s: float = 5.0  # of one that serves; after two of them in a row it hangs
    end_s: float = 15.0  # for one that is told to end; then it is killed


class Supervisor:
    """Keeps workers; the first start of all of them must succeed, as that of one server must.

    Args:
        work: of each worker.
        count: of workers, numbered from 1.
        restarts: of those that die or hang.
    """

    def __init__(self, work: Work, count: int, restarts: RestartConfig) -> None:
        self._work, self._count, self._restarts = work, count, restarts
        self._serving: set[int] = set()
        self._announced = False

    async def run(self, announce: Callable[[str], None]) -> None:
        """Until SIGTERM or SIGINT; then all workers are told to end and have ended.

        Args:
            announce: is told what the last worker said, once all of them serve.

        Raises:
            WorkerStartError: a worker cannot serve; all others have ended too.
        """
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        numbers = range(1, self._count + 1)
        keepers = [asyncio.create_task(self._keep(number, announce)) for number in numbers]
        stopping = asyncio.create_task(stop.wait())
        done, others = await asyncio.wait([stopping, *keepers], return_when=asyncio.FIRST_COMPLETED)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for task in done if stopping in others else ():
            task.result()

    async def _keep(self, number: int, announce: Callable[[str], None]) -> None:
        """A worker of this number for ever; raises WorkerStartError where that cannot be."""
        pause, failures = self._restarts.first_pause_s, 0
        while True:
            began = time.monotonic()
            try:
                await self._live(number, announce)
                failures = 0
            except WorkerStartError as error:
                failures += 1
                if self._is_hopeless(failures):
                    raise
                told = {"worker": number, "cause": str(error)}
                LOGGER.warning("a worker did not start", extra=told)
            if time.monotonic() - began >= self._restarts.steady_s:
                pause = self._restarts.first_pause_s
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._restarts.longest_pause_s)

    async def _live(self, number: int, announce: Callable[[str], None]) -> None:
        """From the start of a worker to its end; raises WorkerStartError where it never served."""
        worker = _started(self._work, number)
        told = {"worker": number, "pid": worker.pid}
        try:
            line = _line(number, await self._report(worker, number))
            LOGGER.info("a worker serves", extra=told)
            self._serving.add(number)
            self._tell(line, announce)
            if await worker.hangs(self._restarts.silence_s):
                LOGGER.error("a worker hangs", extra=told)
                worker.kill()
            exit_code = await worker.ended()
            LOGGER.warning("a worker ended", extra=told | {"exit_code": exit_code})
        finally:
            self._serving.discard(number)
            await worker.end(self._restarts.end_s)

    async def _report(self, worker: WorkerProcess, number: int) -> Report | None:
        """What it says of its start; killed, with a WorkerStartError, where it takes too long."""
        patience_s = self._restarts.start_s
        try:
            async with asyncio.timeout(patience_s):
                return await worker.report()
        except TimeoutError as error:
            worker.kill()
            cause = f"worker {number} did not begin to serve within {patience_s:g} s"
            raise WorkerStartError(cause) from error

    def _tell(self, line: str, announce: Callable[[str], None]) -> None:
        if len(self._serving) == self._count and not self._announced:
            self._announced = True
            announce(line)

    def _is_hopeless(self, failures: int) -> bool:
        """Starting again is no use: it never worked, or does not any more and nobody serves."""
        tried_enough = failures >= self._restarts.failed_starts and not self._serving
        return tried_enough or not self._announced


def _started(work: Work, number: int) -> WorkerProcess:
    """A new process; raises WorkerStartError where the machine has none left."""
    try:
        return WorkerProcess(work, number)
    except OSError as error:
        raise WorkerStartError(f"worker {number} got no process: {error}") from error


def _line(number: int, report: Report | None) -> str:
    """What a worker said as it began to serve; raises WorkerStartError where it did not."""
    if report is None:
        raise WorkerStartError(f"worker {number} ended before it served; the log may say why")
    if not report.serves:
        raise WorkerStartError(report.text)
    return report.text
