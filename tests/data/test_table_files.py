from pathlib import Path

import polars as pl
import pytest

from data.errors import InputError, SchemaError, UnreadableError
from data.table_files import read_table


def written(tmp_path: Path, content: str | bytes, suffix: str = ".csv") -> Path:
    file = tmp_path / f"table{suffix}"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_csv_comes_as_stripped_text_with_nulls_for_blanks(tmp_path: Path) -> None:
    text = '\ufeffa, b\r\n1," x, y "\r\n"",2.50\r\n,\r\n"two\nlines",z\r\n\r\n'

    frame = read_table(written(tmp_path, text))

    assert frame.rows() == [("1", "x, y"), (None, "2.50"), (None, None), ("two\nlines", "z")]
    assert frame.columns == ["a", "b"]


def test_attribute_columns_of_csv_become_names_and_values(tmp_path: Path) -> None:
    text = "attribute.colour,a,attribute.fit\nred| blue|,1,\n,2,slim\n,3,\n"

    frame = read_table(written(tmp_path, text))

    assert frame.columns == ["a", "attributes"]
    assert frame["attributes"].to_list() == [
        [{"name": "colour", "value": "red"}, {"name": "colour", "value": "blue"}],
        [{"name": "fit", "value": "slim"}],
        [],
    ]


def test_json_lines_take_attributes_as_a_list_as_an_object_and_as_columns(tmp_path: Path) -> None:
    text = (
        '{"a": 1, "attributes": {"colour": ["red", "blue"], "fit": null}}\n'
        '{"a": 2.5, "attributes": [{"name": "size", "value": 3}], "attribute.fit": "slim"}\n'
        '{"b": true}\n'
    )

    frame = read_table(written(tmp_path, text, ".jsonl"))

    assert frame.select("a", "b").rows() == [("1", None), ("2.5", None), (None, "True")]
    assert frame["attributes"].to_list() == [
        [{"name": "colour", "value": "red"}, {"name": "colour", "value": "blue"}],
        [{"name": "size", "value": "3"}, {"name": "fit", "value": "slim"}],
        [],
    ]


def test_parquet_takes_numbers_and_both_forms_of_attributes(tmp_path: Path) -> None:
    pairs = [[{"name": "fit", "value": "slim"}], None]
    frame = pl.DataFrame(
        {"item_id": [1, 2], "price": [1.5, float("nan")], "attributes": pairs},
    )
    frame.write_parquet(tmp_path / "a.parquet")
    frame.with_columns(attributes=pl.Series([{"fit": "slim", "age": None}, None])).write_parquet(
        tmp_path / "b.parquet"
    )

    for name in ("a.parquet", "b.parquet"):
        table = read_table(tmp_path / name)
        assert table.select("item_id", "price").rows() == [("1", "1.5"), ("2", None)]
        assert table["attributes"].to_list() == [[{"name": "fit", "value": "slim"}], []]


@pytest.mark.parametrize(
    ("content", "error", "row", "field"),
    [
        ("", UnreadableError, None, None),
        ("a,b\n", UnreadableError, None, None),
        ("a,b\n1,2\n1,2,3\n", UnreadableError, 2, None),
        ('a,b\n1,2\n"1,2\n', UnreadableError, 2, None),
        ('a,b\n"1"x,2\n', UnreadableError, 1, None),
        (b"a,b\n\xff,2\n", UnreadableError, None, None),
        ("a,a\n1,2\n", SchemaError, None, "a"),
        ("a,attributes\n1,red\n", SchemaError, None, "attributes"),
        ("a,attribute.\n1,red\n", SchemaError, None, "attribute."),
    ],
)
def test_wrong_csv_is_refused_by_row_and_field(
    tmp_path: Path, content: str | bytes, error: type[InputError], row: int, field: str
) -> None:
    file = written(tmp_path, content)

    with pytest.raises(error) as caught:
        read_table(file)

    assert (caught.value.file, caught.value.row, caught.value.field) == (file, row, field)


@pytest.mark.parametrize(
    ("content", "error", "row", "field"),
    [
        ("\n", UnreadableError, None, None),
        ("{}\n", UnreadableError, None, None),
        ('{"a": 1}\n{"a":', UnreadableError, 2, None),
        ('{"a": 1}\n[1]', SchemaError, 2, None),
        ('{"a": 1}\n{"a": {"b": 1}}', SchemaError, 2, "a"),
        ('{"attributes": "red"}', SchemaError, 1, "attributes"),
        ('{"attributes": ["red"]}', SchemaError, 1, "attributes"),
        ('{"attributes": [{"name": " ", "value": "x"}]}', SchemaError, 1, "attributes"),
        ('{"attributes": [{"name": "a", "value": ["x"]}]}', SchemaError, 1, "attributes"),
    ],
)
def test_wrong_json_lines_are_refused_by_row_and_field(
    tmp_path: Path, content: str, error: type[InputError], row: int, field: str
) -> None:
    with pytest.raises(error) as caught:
        read_table(written(tmp_path, content, ".ndjson"))

    assert (caught.value.row, caught.value.field) == (row, field)


def test_wrong_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="broken"):
        read_table(written(tmp_path, "no parquet", ".parquet"))
    with pytest.raises(UnreadableError, match="got none"):
        read_table(tmp_path / "absent.parquet")
    pl.DataFrame({"item_id": [1.0]}).write_parquet(tmp_path / "table.parquet")
    with pytest.raises(SchemaError, match=r"field 'item_id': .*whole numbers.* got Float64"):
        read_table(tmp_path / "table.parquet")
    pl.DataFrame({"title": [["x"]]}).write_parquet(tmp_path / "table.parquet")
    with pytest.raises(SchemaError, match="field 'title'"):
        read_table(tmp_path / "table.parquet")


def test_a_file_of_another_kind_is_refused_by_its_suffix(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"ends in \.csv, .*\.parquet, got 'table\.xls'"):
        read_table(written(tmp_path, "a", ".xls"))
