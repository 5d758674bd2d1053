"""What a second worker of `outfit serve --workers` adds to the memory of the machine."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc

from benchmarks.processes import Server, server_of
from benchmarks.row import Row
from engine.questions import ExplainQuestion, Question
from serving.load import LOAD_OPTIONS
from serving.load_questions import draw_questions, known_items, method_of, request_of

ROUNDS = 16
ALONE = (*LOAD_OPTIONS, ("grpc.use_local_subchannel_pool", 1))
"""Of a connection that is shared with no other channel, so that each finds a worker by itself."""
BAR_MIB = 500.0


def second_worker_row(bundle: Path, folder: Path) -> Row:
    """The growth of all private memory, and of each process's part of what they share."""
    one, two = (_memory_mib(bundle, folder / f"log-{count}", count) for count in (1, 2))
    vectors = (bundle / "vectors.npy").stat().st_size / 2**20
    return Row(
        name="a second worker: private memory",
        value=two - one,
        unit="MiB",
        ratio=(two - one) / one,
        reference=f"one worker {one:.0f} MiB, of it the vectors {vectors:.0f}",
        bar=BAR_MIB,
        better="less",
    )


def _memory_mib(bundle: Path, log: Path, workers: int) -> float:
    """The memory (PSS) of a server and its workers, after each has answered each question."""
    line = ["serve", str(bundle), "--port", "0", "--cache-mib", "0", "--workers", str(workers)]
    with server_of("serving", line, log) as server:
        _ask_all(server)
        answered = {json.loads(told).get("worker") for told in log.read_text().splitlines()}
        if len(answered) < workers:
            raise RuntimeError(f"expected answers of {workers} workers, got those of {answered}")
        return sum(map(pss_mib, family(server.pid)))


def _ask_all(server: Server) -> None:
    """Ask a question of each kind over many connections, which fall to the workers at random."""
    items = known_items(server.address)
    for number in range(ROUNDS):
        with grpc.insecure_channel(server.address, options=ALONE) as channel:
            for question in _questions(items, seed=number):
                call: Any = channel.unary_unary(method_of(question))
                call(request_of(question), timeout=60)


def _questions(items: dict[str, tuple[str, ...]], *, seed: int) -> Iterator[Question]:
    for asked in ("score", "fill", "complements", "target"):
        yield from draw_questions(asked, items, count=4, seed=seed)
    yield ExplainQuestion(items=[names[seed] for names in items.values()][:4])


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def pss_mib(pid: int) -> float:
    """What of a process is in memory, a page that several have counted in equal parts."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
