"""The command against a real server."""

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.recommender import Recommender
from serving.cli import main
from tests.serving.background_server import background_server

pytestmark = pytest.mark.filterwarnings(  # `main` reads sys.argv on purpose
    "ignore:Cyclopts application invoked without tokens:UserWarning"
)


@pytest.fixture(scope="module")
def real(tiny_recommender: Recommender) -> Iterator[str]:
    with background_server(tiny_recommender) as server:
        yield server.address


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "160")


def outfit(monkeypatch: pytest.MonkeyPatch, line: str) -> int:
    """Run `outfit LINE` and give its exit code."""
    monkeypatch.setattr(sys, "argv", ["outfit", *shlex.split(line)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.mark.parametrize("ask", ["score", "fill", "complements", "target"])
def test_each_call_prints_a_table_of_its_latencies(
    ask: str, real: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = f"bench {real} --ask {ask} --calls 25 --concurrency 4 --seconds 20"
    assert outfit(monkeypatch, line) == 0
    printed = capsys.readouterr().out
    for column in ("answers", "errors", "calls/s", "p50 ms", "p90 ms", "p99 ms", "max ms"):
        assert column in printed
    cells = next(row for row in printed.splitlines() if f" {ask} " in row).split("│")[1:-1]
    name, answered, errors, rate, *latencies = (cell.strip() for cell in cells)
    assert (name, answered, errors) == (ask, "25", "0")
    assert float(rate.replace(",", "")) > 0
    assert [float(each) for each in latencies] == sorted(map(float, latencies))


def test_a_picture_of_the_latencies_is_written(
    real: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    picture = tmp_path / "latency.svg"
    line = f"bench {real} --ask fill --calls 20 --concurrency 3 --svg {picture}"
    assert outfit(monkeypatch, line) == 0
    root = ElementTree.parse(picture).getroot()  # noqa: S314 - ours
    said = " ".join(root.itertext())
    assert "fill, 3 at once" in said
    assert "20 calls: p50" in said


def test_errors_are_told_by_reason_and_nothing_is_drawn(
    real: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    picture = tmp_path / "latency.svg"
    line = f"bench {real} --calls 6 --deadline-s 0.000001 --svg {picture}"
    assert outfit(monkeypatch, line) == 1
    counts = re.findall(r"^(\d) calls: DEADLINE_EXCEEDED", capsys.readouterr().out, re.MULTILINE)
    assert sum(map(int, counts)) == 6
    assert not picture.exists()


@pytest.mark.parametrize("flags", ["--concurrency 0", "--seconds 0", "--calls 0", "--ask nothing"])
def test_wrong_usage_exits_2(flags: str, monkeypatch: pytest.MonkeyPatch):
    assert outfit(monkeypatch, f"bench 127.0.0.1:1 {flags}") == 2


def test_the_help_shows_a_runnable_example(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert outfit(monkeypatch, "bench --help") == 0
    printed = " ".join(re.sub(r"[│╭╮╰╯─]", " ", capsys.readouterr().out).split())
    assert "Example: outfit bench " in printed
