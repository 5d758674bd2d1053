"""What `outfit serve --workers` comes to: a port, a supervisor of this process, its workers."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from serving.commands.serve_flags import ServeFlags
from serving.port_claim import claimed_port
from serving.request_log import configure_logging
from serving.supervisor import RestartConfig, Supervisor

THREAD_VARIABLES: Final = ("OMP_NUM_THREADS", "POLARS_MAX_THREADS")
"""From which PyTorch and Polars of each worker read how many threads they take."""

MARGIN_S: Final = 5.0
"""What a worker needs to end, beside what it gives its callers."""


def serve_together(flags: ServeFlags, announce: Callable[[str], None]) -> None:
    """Keep workers that serve on one port until SIGTERM or SIGINT; then all drain.

    Args:
        flags: of the command line.
        announce: is told what serves where, once all of them do.

    Raises:
        SchemaError: the port is taken.
        WorkerStartError: a worker cannot serve.
    """
    listening = flags.listening
    threads = threads_of_each(listening.workers, len(os.sched_getaffinity(0)))
    for variable in THREAD_VARIABLES:
        os.environ.setdefault(variable, str(threads))
    with claimed_port(listening.host, listening.port) as port:
        work = partial(_work, replace(flags, listening=replace(listening, port=port)))
        end_s = flags.operation.notice_s + flags.operation.grace_s + MARGIN_S
        supervisor = Supervisor(work, listening.workers, RestartConfig(end_s=end_s))
        asyncio.run(supervisor.run(announce))


def threads_of_each(workers: int, cores: int) -> int:
    """Threads that the model of each worker takes, so that together they take every core once."""
    return max(1, cores // workers)


def _work(flags: ServeFlags, number: int, announce: Callable[[str], None]) -> None:
    """What a worker does, in a process of its own."""
    from serving.commands.served import serve_alone

    configure_logging(flags.operation.log_format, worker=number)
    serve_alone(replace(flags, operation=flags.operation.of_worker(number)), announce)
