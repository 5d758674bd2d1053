import shlex
import sys
from pathlib import Path

import pytest

from serving.cli import main
from serving.evaluation_file import Evaluation
from tests.engine.test_comparison import judged
from tests.engine.test_evaluation import Even, Noise

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evaluations noise.json and even.json of one bundle, seeds.json of two, mixed.json of both."""
    folder = tmp_path_factory.mktemp("evaluations")
    noise, even = judged(Noise()), judged(Even())
    for name, runs in {
        "noise": {"n": noise},
        "even": {"e": even},
        "seeds": {"n0": noise, "n1": even},
        "mixed": {"n": noise, "e": even},
    }.items():
        Evaluation(
            command="outfit evaluate",
            data="data",
            seed=7,
            resamples=200,
            bundles=[
                {
                    "bundle": f"runs/{bundle}",
                    "bundle_id": bundle,
                    "model": "set",
                    "recipe": bundle[0],
                    "seeds": {"training": at},
                }
                for at, bundle in enumerate(runs)
            ],
            files=[
                {"bundle_id": bundle, **report} for bundle, run in runs.items() for report in run
            ],
        ).write(folder / f"{name}.json")
    return folder


def test_the_winner_is_named_on_every_file_with_its_interval(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert outfit(monkeypatch, f"compare {folder}/even.json {folder}/noise.json") == 0
    printed = capsys.readouterr().out
    sentence = f"{folder}/even (set) beats {folder}/noise (set)"
    assert f"questions.json: accuracy: {sentence}" in printed
    assert f"outfits.json: auc: {sentence}" in printed


def test_several_seeds_are_one_side_and_the_table_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert outfit(monkeypatch, f"compare {folder}/seeds.json {folder}/noise.json") == 0
    assert "mean of 2" in capsys.readouterr().out


def test_the_seed_and_the_number_of_resamples_change_the_interval(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    printed = set()
    for flags in ("", "--seed 1", "--resamples 100", ""):
        assert outfit(monkeypatch, f"compare {folder}/even.json {folder}/noise.json {flags}") == 0
        printed.add(capsys.readouterr().out)
    assert len(printed) == 3


def test_bundles_of_several_recipes_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert outfit(monkeypatch, f"compare {folder}/mixed.json {folder}/noise.json") == 1
    error = capsys.readouterr().err
    assert "mixed.json: expected bundles that differ in the training seed alone" in error
    assert "2 recipes in runs/n, runs/e" in error


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"schema_version": 1, "files": []}', "version 2, got version 1"),
        ("[]", "got version None"),
        ("{", "expected a JSON file, got a file that is not"),
        (None, "expected a JSON file, got none"),
    ],
)
def test_what_is_no_evaluation_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    tmp_path: Path,
    content: str | None,
    message: str,
) -> None:
    if content is not None:
        (tmp_path / "odd.json").write_text(content)
    assert outfit(monkeypatch, f"compare {folder}/noise.json {tmp_path}/odd.json") == 1
    error = capsys.readouterr().err
    assert "odd.json" in error
    assert message in error
