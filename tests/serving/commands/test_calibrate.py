import re
from pathlib import Path

import pytest

from data.dataset import Dataset
from data.question_builder import build_compatibility
from data.questions import write_compatibility
from engine.bundle import load_bundle
from tests.serving.commands.test_call import outfit


@pytest.fixture
def questions(tiny_shop: Path, tmp_path: Path) -> Path:
    dataset = Dataset.load(tiny_shop)
    built = build_compatibility(dataset, "train", negatives="same-category", seed=0)
    write_compatibility(tmp_path / "own.jsonl", built.questions)
    return tmp_path / "own.jsonl"


def test_a_bundle_is_calibrated_on_a_file_and_its_figures_printed(
    tiny_bundle, tiny_shop, questions, tmp_path, monkeypatch, capsys
) -> None:
    out = tmp_path / "calibrated"
    line = f"calibrate {tiny_bundle} --data {tiny_shop} --cp {questions} --out {out}"
    assert outfit(monkeypatch, line) == 0
    printed = capsys.readouterr().out
    assert re.search(r"ece +0\.\d+", printed)
    manifest = load_bundle(out).manifest
    assert manifest["bundle_id"] in printed
    assert manifest["calibrated"]["command"] == f"outfit {line}"
    assert load_bundle(out).confidence.calibration.source == "own.jsonl"
    assert outfit(monkeypatch, line) == 1
    assert "new or empty folder" in capsys.readouterr().err


def test_another_seed_hides_and_folds_otherwise(
    tiny_bundle, tiny_shop, questions, tmp_path, monkeypatch
) -> None:
    for seed in (0, 1):
        line = f"calibrate {tiny_bundle} --data {tiny_shop} --cp {questions} --seed {seed}"
        assert outfit(monkeypatch, f"{line} --out {tmp_path / str(seed)}") == 0
    first, other = (load_bundle(tmp_path / str(seed)).confidence.calibration for seed in (0, 1))
    assert first.figures["log_loss"] != other.figures["log_loss"]


def test_the_help_shows_a_runnable_example(monkeypatch, capsys) -> None:
    assert outfit(monkeypatch, "calibrate --help") == 0
    printed = " ".join(re.sub(r"[│╭╮╰╯─]", " ", capsys.readouterr().out).split())
    assert "Example: outfit calibrate bundle --data data" in printed
