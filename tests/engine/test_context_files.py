import json
from pathlib import Path

import polars as pl
import pytest

from data.errors import InputError, SchemaError, UnreadableError
from engine.context_files import ROWS_AT_ONCE, open_contexts
from engine.contexts import BadLine, Context, Line


def read(path: Path) -> list[Line]:
    opened = open_contexts(path)
    lines = list(opened.lines)
    assert [line.line for line in lines] == list(range(1, opened.total + 1))
    return lines


def contexts(lines: list[Line]) -> list[tuple[str, tuple[object, ...]]]:
    assert all(isinstance(line, Context) for line in lines)
    return [(line.context_id, line.items) for line in lines if isinstance(line, Context)]


def test_json_lines_and_parquet_hold_the_same_contexts(tmp_path: Path):
    records = [{"context_id": f"c{n}", "items": [f"i{n}", "é"]} for n in range(3)]
    text = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (tmp_path / "c.jsonl").write_text("\ufeff" + text + "\n\n \n", encoding="utf-8")
    (tmp_path / "c.NDJSON").write_text(text, encoding="utf-8")
    pl.DataFrame(records).with_columns(other=1).write_parquet(tmp_path / "c.parquet")
    expected = [(f"c{n}", (f"i{n}", "é")) for n in range(3)]
    for name in ("c.jsonl", "c.NDJSON", "c.parquet"):
        assert contexts(read(tmp_path / name)) == expected


def test_parquet_of_whole_numbers_without_ids_is_read_as_text(tmp_path: Path):
    pl.DataFrame({"items": [[1, 2], [3]]}).write_parquet(tmp_path / "a.parquet")
    assert contexts(read(tmp_path / "a.parquet")) == [("1", ("1", "2")), ("2", ("3",))]
    table = pl.DataFrame({"context_id": [8], "items": [["a"]]})
    table.write_parquet(tmp_path / "b[1].parquet")
    assert contexts(read(tmp_path / "b[1].parquet")) == [("8", ("a",))]


def test_parquet_of_many_batches_keeps_its_order(tmp_path: Path):
    names = [f"i{n}" for n in range(3 * ROWS_AT_ONCE + 1)]
    table = pl.DataFrame({"context_id": names, "items": [[name] for name in names]})
    table.write_parquet(tmp_path / "c.parquet", row_group_size=500)
    assert contexts(read(tmp_path / "c.parquet")) == [(name, (name,)) for name in names]


def test_a_bad_row_of_parquet_is_listed_by_its_number(tmp_path: Path):
    rows = [["a"], None, [], ["a", None]]
    table = pl.DataFrame({"items": rows}, schema={"items": pl.List(pl.String)})
    table.write_parquet(tmp_path / "c.parquet")
    good, *bad = read(tmp_path / "c.parquet")
    assert isinstance(good, Context)
    assert [line.field for line in bad if isinstance(line, BadLine)] == [
        "items",
        "items",
        "items[1]",
    ]


@pytest.mark.parametrize(
    ("line", "expected", "got"),
    [
        (b'{"items": ["a"', "JSON", "column 15"),
        (b"", "JSON", "expecting value"),
        (b"[" * 100_000, "JSON", "too deep"),
        (b'{"items": [' + b"9" * 5_000 + b"]}", "JSON", "too long"),
        (b'{"items": ["\xff"]}', "text in UTF-8", "0xff"),
        (rb'{"items": ["\ud83d"]}', "text in UTF-8", "surrogates"),
        (b'["a"]', "a JSON object", "a list"),
    ],
)
def test_a_bad_line_of_json_spoils_no_other(tmp_path: Path, line: bytes, expected: str, got: str):
    (tmp_path / "c.jsonl").write_bytes(b"\n".join([b'{"items": ["a"]}', line, b'{"items": ["b"]}']))
    first, bad, last = read(tmp_path / "c.jsonl")
    assert contexts([first, last]) == [("1", ("a",)), ("3", ("b",))]
    assert isinstance(bad, BadLine)
    assert (bad.expected, bad.field) == (expected, None)
    assert got in bad.got


def test_a_whole_character_written_as_two_escapes_is_read(tmp_path: Path):
    (tmp_path / "c.jsonl").write_bytes(rb'{"items": ["\ud83d\udc5f"]}')
    assert contexts(read(tmp_path / "c.jsonl")) == [("1", ("\N{ATHLETIC SHOE}",))]


@pytest.mark.parametrize(
    "name", ["c.csv", "c", "absent.jsonl", "folder.jsonl", "e.jsonl", "b.jsonl"]
)
def test_a_file_without_contexts_is_unreadable(tmp_path: Path, name: str):
    (tmp_path / "c.csv").write_text("items\na\n")
    (tmp_path / "c").write_text('{"items": ["a"]}')
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "e.jsonl").touch()
    (tmp_path / "b.jsonl").write_text("\n  \n")
    with pytest.raises(UnreadableError) as raised:
        open_contexts(tmp_path / name)
    assert raised.value.file == tmp_path / name


@pytest.mark.parametrize(
    ("table", "error", "field"),
    [
        ({"context_id": ["c1"], "item": [["a"]]}, SchemaError, "items"),
        ({"items": ["a"]}, SchemaError, "items"),
        ({"items": [[1.5]]}, SchemaError, "items"),
        ({"items": [["a"]], "context_id": [1.5]}, SchemaError, "context_id"),
        ({"items": pl.Series([], dtype=pl.List(pl.String))}, UnreadableError, None),
    ],
)
def test_parquet_of_another_shape_is_refused(
    tmp_path: Path, table: dict[str, object], error: type[InputError], field: str | None
):
    pl.DataFrame(table).write_parquet(tmp_path / "c.parquet")
    with pytest.raises(error) as raised:
        open_contexts(tmp_path / "c.parquet")
    assert (raised.value.file, raised.value.field) == (tmp_path / "c.parquet", field)


def test_broken_parquet_is_unreadable(tmp_path: Path):
    path = tmp_path / "c.parquet"
    path.write_bytes(b"not a table")
    with pytest.raises(UnreadableError):
        open_contexts(path)
    items = pl.DataFrame({"items": [[f"item {n}"] for n in range(1_000)]})
    items.write_parquet(path, compression="uncompressed", statistics=False)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\xff" * 200 + whole[204:])
    with pytest.raises(UnreadableError) as raised:
        list(open_contexts(path).lines)
    assert raised.value.file == path
