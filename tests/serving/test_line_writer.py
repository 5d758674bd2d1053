"""A reader of the log that stops holds nobody up, and loses nothing that can wait."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from serving.client import OutfitClient
from serving.line_writer import MAX_LINES, LineWriter
from tests.serving.repeated_calls import PATIENCE_S
from tests.serving.server_process import PLANTED

LOGGED = """
from serving.request_log import configure_logging
configure_logging()
Shop = PlantedShop
"""
PIPE_BYTES = 65_536
LINE_BYTES = 200  # of a call, at least


class Pipe:
    """Read by a thread once that is asked for."""

    def __init__(self) -> None:
        self._reading, self.writing = os.pipe()

    def lines(self) -> list[str]:
        """All that was written, once no more can be."""
        os.close(self.writing)
        with os.fdopen(self._reading, encoding="utf-8") as file:
            return file.read().splitlines()

    def read(self, size: int) -> str:
        return os.read(self._reading, size).decode()

    def stop_reading(self) -> None:
        os.close(self._reading)


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


def told(number: int) -> str:
    return f"dropped {number}\n"


def test_lines_are_written_in_order_before_the_end(pipe: Pipe):
    writer, expected = LineWriter(pipe.writing, told), [f"line {number}" for number in range(1_000)]
    for line in expected:
        writer.write(f"{line}\n")
    writer.close()
    assert pipe.lines() == expected


def test_a_line_is_written_without_waiting_for_others(pipe: Pipe):
    writer = LineWriter(pipe.writing, told)
    for line in ("first\n", "second\n"):
        writer.write(line)
        assert pipe.read(100) == line
    writer.close()


def test_beyond_as_many_as_may_wait_lines_are_dropped_and_counted(pipe: Pipe):
    writer, count = LineWriter(pipe.writing, told), 2 * MAX_LINES
    for number in range(count):  # nobody reads: a pipe holds 650 of them
        writer.write(f"{number:099}\n")
    lines: list[str] = []
    reading = threading.Thread(target=lambda: lines.extend(pipe.lines()))
    kept = [int(pipe.read(100)) for _ in range(MAX_LINES)]
    assert kept == list(range(MAX_LINES))
    writer.close()
    reading.start()
    reading.join(PATIENCE_S)
    dropped = sum(int(line.split()[1]) for line in lines if line.startswith("dropped"))
    written = sum(not line.startswith("dropped") for line in lines)
    assert dropped == count - MAX_LINES - written > 0


def test_after_the_end_a_line_is_written_at_once(pipe: Pipe):
    writer = LineWriter(pipe.writing, told)
    writer.close()
    writer.write("late\n")
    assert pipe.lines() == ["late"]


def test_a_reader_that_has_gone_ends_nothing(pipe: Pipe):
    writer = LineWriter(pipe.writing, told)
    pipe.stop_reading()
    for _ in range(3):
        writer.write("nobody reads this\n")
    writer.close()
    os.close(pipe.writing)


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server that logs into a pipe that nobody reads, and its address."""
    program = PLANTED.format(shop=LOGGED, config="")
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().split()[-1]
        process.kill()


def test_a_server_whose_log_is_not_read_answers_and_writes_it_all_at_its_end(
    server: tuple[subprocess.Popen[str], str],
):
    process, address = server
    count = 4 * PIPE_BYTES // LINE_BYTES
    with OutfitClient(address, attempts=1) as client:
        for _ in range(count):
            client.score([["navy-shirt"]])
    process.terminate()
    _, log = process.communicate(timeout=PATIENCE_S)
    answered = [line for line in map(json.loads, log.splitlines()) if line["event"] == "answered"]
    assert len(answered) == count
    assert len(log) > count * LINE_BYTES
    assert process.returncode == 0
