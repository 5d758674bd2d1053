import hashlib
import json
import shlex
import sys
from pathlib import Path

import pytest

from data.dataset import Dataset
from data.question_builder import build_compatibility, build_fitb
from data.questions import write_compatibility, write_fitb
from serving.cli import main
from serving.evaluation_file import Evaluation

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
        f"--wish category+text,none --allow-overlap --json {tmp_path}/report.json"
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


@pytest.fixture(scope="module")
def questions(tiny_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of fill-in-the-blank and compatibility questions about the tiny shop."""
    folder = tmp_path_factory.mktemp("questions")
    dataset = Dataset.load(tiny_shop)
    fitb = build_fitb(dataset, "test", negatives="same-slot", seed=0)
    pairs = build_compatibility(dataset, "test", negatives="same-slot", seed=0)
    write_fitb(folder / "fitb.jsonl", fitb.questions)
    write_compatibility(folder / "pairs.jsonl", pairs.questions)
    return folder


def test_questions_that_share_items_with_training_are_refused_unless_allowed(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_shop: Path,
    tiny_bundle: Path,
    questions: Path,
) -> None:
    line = f"evaluate {tiny_bundle} --data {tiny_shop} --fitb {questions}/fitb.jsonl"
    assert outfit(monkeypatch, line) == 1
    printed = capsys.readouterr()
    assert "fitb.jsonl: expected" in printed.err
    assert "--allow-overlap" in printed.err
    assert outfit(monkeypatch, f"{line} --allow-overlap") == 0
    assert "stood in training outfits" in " ".join(capsys.readouterr().out.split())


def test_bundles_of_two_seeds_are_judged_and_their_mean_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_shop: Path,
    tiny_bundle: Path,
    other_seed: Path,
    questions: Path,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    line = (
        f"evaluate {tiny_bundle} {other_seed} --data {tiny_shop} --fitb {questions}/fitb.jsonl "
        f"--cp {questions}/pairs.jsonl --allow-overlap --json {tmp_path}/out.json"
    )
    assert outfit(monkeypatch, line) == 0
    printed = capsys.readouterr().out
    assert "transformer (mean of 2 seeds) reaches" in printed
    found = Evaluation.read(tmp_path / "out.json")
    assert [each["seeds"]["training"] for each in found.bundles] == [0, 1]
    assert len({each["recipe"] for each in found.bundles}) == 1
    assert [each["kind"] for each in found.files] == ["fitb", "compatibility"] * 2
    means = json.loads((tmp_path / "out.json").read_text())["means"]
    assert [each["report"]["kind"] for each in means] == ["fitb", "compatibility"]
    for mean, reports in zip(means, (found.files[::2], found.files[1::2]), strict=True):
        figures = [each["model"]["figure"] for each in reports]
        assert mean["report"]["figures_by_seed"] == figures
        assert mean["report"]["model"]["figure"] == pytest.approx(sum(figures) / 2)
        assert f"{mean['report']['model']['figure']:.3f}" in printed


def test_a_bundle_that_is_given_twice_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_shop: Path,
    tiny_bundle: Path,
    questions: Path,
) -> None:
    line = f"evaluate {tiny_bundle} {tiny_bundle} --data {tiny_shop} --cp {questions}/pairs.jsonl"
    assert outfit(monkeypatch, f"{line} --allow-overlap") == 1
    assert "expected each bundle once" in capsys.readouterr().err
