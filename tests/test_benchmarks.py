"""The benchmarks run; what they measure is for `make bench`."""

import subprocess
import sys
from pathlib import Path

import grpc
import pytest

from benchmarks import serving, updates
from benchmarks.processes import server_of
from serving.load import LoadResult
from tests.serving.repeated_calls import PATIENCE_S


def test_the_echo_answers_with_as_many_bytes_as_it_is_asked_for(tmp_path: Path):
    with (
        server_of("benchmarks.echo", ["10", "2000"], tmp_path / "log") as echo,
        grpc.insecure_channel(echo.address) as channel,
    ):
        for size in (10, 2000):
            ask = channel.unary_unary(f"/Echo/{size}")
            assert ask(b"a question", timeout=PATIENCE_S) == bytes(size)


def test_the_benchmark_of_updates_has_a_row_a_kind_of_update():
    """In a process of its own: its catalogue is a stand-in, whose types nobody checks."""
    program = (
        "from benchmarks import updates\n"
        "updates.NUM_ITEMS, updates.NUM_UPDATES = 2_000, 5\n"
        "print(*(row.name for row in updates.rows()), sep='\\n')"
    )
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    kinds = [*updates.KINDS, "price, all changed"]
    assert run.stdout.splitlines() == [f"update: {kind}" for kind in kinds]


def test_a_time_beside_which_a_call_failed_is_none():
    answered = LoadResult(latencies_s=[0.1] * 9, errors={}, seconds=1.0)
    failed = LoadResult(latencies_s=[0.1] * 9, errors={"UNAVAILABLE": 1}, seconds=1.0)
    for beside in (
        serving.Beside(served=failed, echoed=answered),
        serving.Beside(served=answered, echoed=failed),
    ):
        with pytest.raises(RuntimeError, match=r"fill: expected only answers, got .*UNAVAILABLE"):
            serving.alone_row("fill", beside)


@pytest.mark.slow
def test_the_benchmark_of_the_server_asks_it_every_question_without_an_error():
    rows = {row.name: row for row in serving.rows(0.2, 5_000)}
    assert rows["RetrieveComplements, 64: errors"].ok
    assert len(rows) == 9
