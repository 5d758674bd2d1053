import json
from pathlib import Path

import polars as pl
import pytest

from data.errors import InputError, UnreadableError
from engine import complement_files
from engine.complement_files import COMPLEMENT_SCHEMA, Write, complement_file


def frame(*names: str) -> pl.DataFrame:
    rows = [
        (name, "shoes", rank, f"{name}-shoe", 0.1, 0.5) for rank, name in enumerate(names, start=1)
    ]
    return pl.DataFrame(rows, schema=COMPLEMENT_SCHEMA, orient="row")


def write_then_fail(write: Write) -> None:
    write(frame("a"))
    raise ValueError("the world is wide")


def test_parquet_holds_the_frames_in_order_over_many_row_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(complement_files, "ROWS_A_GROUP", 4)
    frames = [frame(*(f"c{n}-{m}" for m in range(3))) for n in range(40)]
    with complement_file(tmp_path / "new" / "out.parquet") as write:
        for each in frames:
            write(each)
        assert not (tmp_path / "new" / "out.parquet").exists()
    written = pl.read_parquet(tmp_path / "new" / "out.parquet")
    assert written.schema == COMPLEMENT_SCHEMA
    assert written.equals(pl.concat(frames))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out.parquet"]


def test_parquet_without_rows_still_has_its_columns(tmp_path: Path):
    with complement_file(tmp_path / "out.parquet") as write:
        write(frame())
    written = pl.read_parquet(tmp_path / "out.parquet")
    assert (written.schema, len(written)) == (COMPLEMENT_SCHEMA, 0)


@pytest.mark.parametrize("name", ["out.jsonl", "out.ndjson"])
def test_json_lines_hold_one_complement_each(tmp_path: Path, name: str):
    with complement_file(tmp_path / name) as write:
        write(frame("é"))
        write(frame())
        write(frame("b", "c"))
    lines = [json.loads(line) for line in (tmp_path / name).read_text("utf-8").splitlines()]
    assert [line["context_id"] for line in lines] == ["é", "b", "c"]
    assert lines[2] == {
        "context_id": "c",
        "slot": "shoes",
        "rank": 2,
        "item_id": "c-shoe",
        "similarity": 0.1,
        "relevance": 0.5,
    }


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_an_error_leaves_what_stood_there(tmp_path: Path, name: str):
    (tmp_path / name).write_text("before")
    with pytest.raises(ValueError, match="wide"), complement_file(tmp_path / name) as write:
        write_then_fail(write)
    assert (tmp_path / name).read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_output_of_another_kind_is_refused(tmp_path: Path):
    with (
        pytest.raises(UnreadableError, match=r"\.parquet.*out\.csv"),
        complement_file(tmp_path / "out.csv"),
    ):
        pass
    (tmp_path / "out.parquet").mkdir()
    with pytest.raises(InputError, match="a folder"), complement_file(tmp_path / "out.parquet"):
        pass
