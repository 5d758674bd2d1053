"""A supervisor as a process of its own, whose workers load nothing."""

import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.serving.light_work import notes
from tests.serving.repeated_calls import PATIENCE_S, wait_until

PROGRAM = """
import asyncio, sys
from functools import partial
from pathlib import Path
from data.errors import OutfitError
from serving.request_log import configure_logging
from serving.supervisor import RestartConfig, Supervisor
from tests.serving import light_work

name, folder, count, start_s, silence_s, pause_s = sys.argv[1:]
configure_logging()
work = partial(getattr(light_work, name), Path(folder))
restarts = RestartConfig(
    first_pause_s=float(pause_s),
    longest_pause_s=2 * float(pause_s),
    failed_starts=3,
    start_s=float(start_s),
    silence_s=float(silence_s),
    end_s=2.0,
)
supervisor = Supervisor(work, int(count), restarts)
try:
    asyncio.run(supervisor.run(lambda line: print(line, flush=True)))
except OutfitError as error:
    sys.exit(str(error))
print("heavy:", *sorted({"grpc", "torch", "numpy"} & set(sys.modules)))
"""

SILENCE_S = 2.5
"""More than two beats; where a hang is waited for, nobody else may be silent for two of it."""


@contextmanager
def supervised(
    name: str,
    folder: Path,
    count: int = 2,
    *,
    start_s: float = PATIENCE_S,
    silence_s: float = PATIENCE_S,
    pause_s: float = 0.05,
) -> Iterator["subprocess.Popen[str]"]:
    """The supervisor of that work of `light_work`."""
    arguments = [name, str(folder), *map(str, (count, start_s, silence_s, pause_s))]
    command = [sys.executable, "-c", PROGRAM, *arguments]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,  # noqa: S603 - our own program
    ):
        try:
            yield process
        finally:
            process.kill()


def logged(folder: Path, event: str) -> list[dict[str, object]]:
    lines = (folder / "log").read_text().rpartition("\n")[0].splitlines()
    records = [json.loads(line) for line in lines if line.startswith("{")]
    return [record for record in records if record["event"] == event]


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_serve_before_a_line_is_said_and_all_end_with_their_supervisor(
    number: signal.Signals, tmp_path: Path
):
    with supervised("steady", tmp_path, count=3) as process:
        assert said(process) == f"serving on {tmp_path}"
        began = notes(tmp_path, "began")
        assert sorted(worker for worker, _ in began) == [1, 2, 3]
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0
        assert sorted(notes(tmp_path, "ended")) == sorted(began)
        assert said(process) == "heavy:", "a supervisor loads little, and says its line once"


def test_a_worker_that_is_killed_is_started_again_and_the_other_goes_on(tmp_path: Path):
    with supervised("steady", tmp_path) as process:
        said(process)
        first = dict(notes(tmp_path, "began"))
        os.kill(first[2], signal.SIGKILL)
        wait_until(lambda: len(logged(tmp_path, "a worker serves")) == 3)
        (ended,) = logged(tmp_path, "a worker ended")
        assert (ended["worker"], ended["pid"], ended["exit_code"]) == (2, first[2], -9)
        (number, pid) = notes(tmp_path, "began")[-1]
        assert (number, pid != first[2]) == (2, True)
        assert is_there(first[1])
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
        assert sorted(notes(tmp_path, "ended")) == sorted([(1, first[1]), (2, pid)])


def test_the_pause_before_a_worker_is_started_again_grows_up_to_the_longest(tmp_path: Path):
    with supervised("steady", tmp_path, count=1, pause_s=0.5) as process:
        said(process)
        pauses = []
        for lives in range(1, 4):
            killed = time.monotonic()
            os.kill(notes(tmp_path, "began")[-1][1], signal.SIGKILL)
            wait_until(lambda: len(notes(tmp_path, "began")) > lives)  # noqa: B023 - called at once
            pauses.append(time.monotonic() - killed)
    assert pauses[0] >= 0.5
    assert min(pauses[1:]) >= 1.0


def test_a_worker_that_is_stopped_is_replaced_and_the_other_goes_on(tmp_path: Path):
    with supervised("steady", tmp_path, silence_s=SILENCE_S) as process:
        said(process)
        first = dict(notes(tmp_path, "began"))
        os.kill(first[2], signal.SIGSTOP)
        wait_until(lambda: len(logged(tmp_path, "a worker serves")) == 3)
        (hung,) = logged(tmp_path, "a worker hangs")
        assert (hung["worker"], hung["pid"]) == (2, first[2])
        assert [is_there(pid) for pid in (first[1], first[2])] == [True, False]
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
    (replacement,) = {pid for _, pid in notes(tmp_path, "began")} - set(first.values())
    assert sorted(notes(tmp_path, "ended")) == sorted([(1, first[1]), (2, replacement)])


def test_a_worker_whose_event_loop_stands_still_is_replaced(tmp_path: Path):
    with supervised("stuck", tmp_path, silence_s=SILENCE_S) as process:
        said(process)
        wait_until(lambda: len(logged(tmp_path, "a worker serves")) == 3)
        (hung,) = logged(tmp_path, "a worker hangs")
        assert hung["worker"] == 2


@pytest.fixture(scope="module")
def start_s(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Seconds in which any worker begins to serve: some times what two have just taken."""
    began = time.monotonic()
    with supervised("steady", tmp_path_factory.mktemp("start")) as process:
        assert said(process)
        return 2 + math.ceil(5 * (time.monotonic() - began))


def test_where_a_worker_does_not_begin_to_serve_in_time_at_the_start_all_end(
    start_s: int, tmp_path: Path
):
    with supervised("mute", tmp_path, start_s=start_s) as process:
        assert process.wait(PATIENCE_S) == 1
        assert said(process) == ""
    told = f"worker 2 did not begin to serve within {start_s} s\n"
    assert (tmp_path / "log").read_text().endswith(told)
    assert not any(is_there(pid) for _, pid in notes(tmp_path, "began"))


def test_a_replacement_that_does_not_begin_to_serve_in_time_is_replaced_too(
    start_s: int, tmp_path: Path
):
    with supervised("mute_later", tmp_path, start_s=start_s) as process:
        said(process)
        first = dict(notes(tmp_path, "began"))
        os.kill(first[2], signal.SIGKILL)
        wait_until(lambda: len(logged(tmp_path, "a worker serves")) == 3)
        (late,) = logged(tmp_path, "a worker did not start")
        assert late["cause"] == f"worker 2 did not begin to serve within {start_s} s"
        _, mute, replacement = [pid for number, pid in notes(tmp_path, "began") if number == 2]
        assert [is_there(pid) for pid in (first[1], mute, replacement)] == [True, False, True]
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def test_nobody_hangs_because_supervisor_and_workers_stood_still_together(tmp_path: Path):
    with supervised("steady", tmp_path, silence_s=SILENCE_S) as process:
        said(process)
        began = notes(tmp_path, "began")
        everybody = [process.pid, *(pid for _, pid in began)]
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in everybody:
                os.kill(pid, number)
            time.sleep(2.2 * SILENCE_S)
        assert logged(tmp_path, "a worker hangs") == []
        assert notes(tmp_path, "began") == began


def test_a_worker_that_does_not_end_when_it_is_told_is_killed(tmp_path: Path):
    with supervised("deaf", tmp_path) as process:
        assert said(process) == "serving for ever"
        told = time.monotonic()
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
        assert time.monotonic() - told >= 2
    assert len(logged(tmp_path, "killed a worker that did not end")) == 2
    assert not any(is_there(pid) for _, pid in notes(tmp_path, "began"))


def test_a_machine_without_room_for_a_process_is_asked_again_and_the_other_worker_goes_on(
    tmp_path: Path,
):
    with supervised("steady", tmp_path) as process:
        said(process)
        first = dict(notes(tmp_path, "began"))
        limits = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        os.kill(first[2], signal.SIGKILL)
        wait_until(lambda: len(logged(tmp_path, "a worker did not start")) > 3)
        assert is_there(first[1])
        assert "Too many open files" in str(logged(tmp_path, "a worker did not start")[0]["cause"])
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, limits)
        wait_until(lambda: len(logged(tmp_path, "a worker serves")) == 3)
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def test_where_a_worker_cannot_serve_at_the_start_all_end_with_its_error(tmp_path: Path):
    with supervised("refused", tmp_path) as process:
        assert process.wait(PATIENCE_S) == 1
        assert said(process) == ""
    assert (tmp_path / "log").read_text().endswith("expected a whole bundle, got half of one\n")
    assert not any(is_there(pid) for _, pid in notes(tmp_path, "began"))


def test_where_none_serves_any_more_and_none_can_be_started_the_supervisor_gives_up(tmp_path: Path):
    with supervised("mortal", tmp_path, count=1) as process:
        assert process.wait(PATIENCE_S) == 1
        assert said(process) == "serving for now"
    assert len(notes(tmp_path, "began")) == 1 + 3
    assert "worker 1 ended before it served" in (tmp_path / "log").read_text()
    assert len(logged(tmp_path, "a worker did not start")) == 2


def test_a_worker_that_cannot_be_started_again_is_tried_as_long_as_another_serves(tmp_path: Path):
    with supervised("once", tmp_path) as process:
        said(process)
        os.kill(dict(notes(tmp_path, "began"))[2], signal.SIGKILL)
        wait_until(lambda: len(logged(tmp_path, "a worker did not start")) > 4)
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
    assert [number for number, _ in notes(tmp_path, "ended")] == [1]


def test_workers_end_in_good_order_when_their_supervisor_is_killed(tmp_path: Path):
    with supervised("steady", tmp_path) as process:
        said(process)
        process.kill()
        process.wait(PATIENCE_S)
        began = notes(tmp_path, "began")
        wait_until(lambda: sorted(notes(tmp_path, "ended")) == sorted(began))
        wait_until(lambda: not any(is_there(pid) for _, pid in began))
