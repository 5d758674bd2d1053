from pathlib import Path

import numpy as np
import polars as pl
import pytest
from cyclopts import CycloptsError

from data.dataset import write_dataset
from data.errors import InputError
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA
from serving.cli import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        {"item_id": "a", "category": "hat", "attributes": [], "title": "straw hat"},
        {"item_id": "b", "category": "hat", "attributes": [], "image": "none.jpg"},
    ]
    pairs = [
        {"outfit_id": "o", "position": position, "item_id": item_id, "split": "train"}
        for position, item_id in enumerate("ab")
    ]
    items = pl.DataFrame(rows, schema=ITEM_SCHEMA)
    write_dataset(tmp_path, items, pl.DataFrame(pairs, schema=OUTFIT_SCHEMA), {})
    return tmp_path


def _run(*tokens: str) -> None:
    app(["encode", *tokens], exit_on_error=False, result_action="return_value")


def test_it_says_how_each_feature_ended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(str(folder))
    text, image = capsys.readouterr().out.splitlines()
    assert text.split(maxsplit=1) == ["text", "written: minilm, 384 numbers, 1 of 2 items"]
    assert image.endswith("0 of 2 items; 1 unreadable, see features/image/unreadable.jsonl")
    _run(str(folder), "--image", "none")
    assert capsys.readouterr().out.split()[:2] == ["text", "kept:"]


def test_none_encodes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(str(folder), "--text", "none", "--image", "none")
    assert capsys.readouterr().out == ""
    assert not (folder / "features").exists()


def test_vectors_of_your_own_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("x", "y"):
        np.save(folder / f"{name}.npy", np.ones((1, 3)))
        (folder / f"{name}.ids.txt").write_text("b\n")
    pairs = [f"{name}={folder / name}.npy" for name in ("x", "y")]
    _run(str(folder), "--text=none", "--image=none", "--precomputed", pairs[0],
         "--precomputed", pairs[1])  # fmt: skip
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["x", "y"]
    assert lines[0].endswith("written: precomputed, 3 numbers, 1 of 2 items")


@pytest.mark.parametrize(
    "tokens",
    [
        ["--precomputed", "x"],
        ["--precomputed", "=x.npy"],
        ["--precomputed", "x=a.npy", "--precomputed", "x=b.npy"],
        ["--batch-size", "0"],
        ["--txt", "none"],
    ],
)
def test_wrong_usage_is_refused_before_anything_is_written(folder: Path, tokens: list[str]) -> None:
    with pytest.raises(CycloptsError):
        app(["encode", str(folder), *tokens], exit_on_error=False, print_error=False)
    assert not (folder / "features").exists()


def test_a_folder_without_a_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"items\.parquet"):
        _run(str(tmp_path / "none"))


def test_help_shows_a_runnable_example(capsys: pytest.CaptureFixture[str]) -> None:
    _run("--help")
    assert "outfit encode shop" in capsys.readouterr().out
