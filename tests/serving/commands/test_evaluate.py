import hashlib
import json
import shlex
import sys
from pathlib import Path

import pytest

from serving.cli import main

pytestmark = pytest.mark.filterwarnings(  # `main` reads sys.argv on purpose
    "ignore:Cyclopts application invoked without tokens:UserWarning"
)


def outfit(monkeypatch: pytest.MonkeyPatch, line: str) -> int:
    """Run `outfit LINE` and give its exit code."""
    monkeypatch.setattr(sys, "argv", ["outfit", *shlex.split(line)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_without_a_question_file_the_usage_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outfit(monkeypatch, "evaluate bundle --data data") == 2
    printed = capsys.readouterr()
    assert "--fitb" in printed.out + printed.err


def test_the_help_shows_an_example_and_that_files_may_be_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outfit(monkeypatch, "evaluate --help") == 0
    printed = capsys.readouterr().out
    assert "Example: outfit evaluate bundle --data data" in printed
    assert printed.count("may be") >= 2


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--fitb f --pool full", "--pool changes nothing without"),
        ("--weakest w --wish none", "--wish changes nothing without"),
        ("--retrieval r --pool full --pool-size 9", "--pool-size changes nothing"),
        ("--retrieval r --wish colour", "expected some of"),
        ("--retrieval r --wish none,none", "each once"),
    ],
)
def test_a_flag_that_would_change_nothing_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flags: str, message: str
) -> None:
    assert outfit(monkeypatch, f"evaluate bundle --data data {flags}") == 2
    printed = capsys.readouterr()
    assert message in printed.out + printed.err


def test_retrieval_and_weakest_files_are_judged_and_their_pools_written(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_shop: Path,
    tiny_bundle: Path,
    tmp_path: Path,
) -> None:
    for task in ("retrieval", "weakest"):
        line = f"questions {tiny_shop} --task {task} --split test --out {tmp_path}/{task}.jsonl"
        assert outfit(monkeypatch, line) == 0
    line = (
        f"evaluate {tiny_bundle} --data {tiny_shop} --retrieval {tmp_path}/retrieval.jsonl "
        f"--weakest {tmp_path}/weakest.jsonl --pool coarse --pool-size 20 "
        f"--wish category+text,none --json {tmp_path}/report.json"
    )
    assert outfit(monkeypatch, line) == 0
    printed = capsys.readouterr().out
    assert "retrieval.jsonl: retrieval, coarse pools of 20, told none" in printed
    assert "weakest.jsonl: weakest item" in printed
    reports = json.loads((tmp_path / "report.json").read_text())["files"]
    assert [each.get("wish", each["kind"]) for each in reports] == [
        "none",
        "category+text",
        "weakest",
    ]
    pools = tmp_path / "report.retrieval.pool-coarse.jsonl"
    assert reports[0]["pool"]["file"] == str(pools)
    assert reports[0]["pool"]["sha256"] == hashlib.sha256(pools.read_bytes()).hexdigest()
