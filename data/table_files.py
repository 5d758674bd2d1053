"""A shop's tables as files: CSV, JSON lines or Parquet, read as text into one shape.

Every column comes back as text, stripped, with nulls for blanks, except `attributes`, which comes
back as a list of names and values. A row keeps its place, so row 1 of the frame is row 1 of the
file, and checks made later can name it.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import polars as pl
from polars.exceptions import PolarsError

from data.errors import SchemaError, UnreadableError
from data.json_files import kind_of, parse_json_lines, read_text
from data.tables import ITEM_SCHEMA

ATTRIBUTES: Final = "attributes"
ATTRIBUTE_PREFIX: Final = "attribute."
VALUE_SEPARATOR: Final = "|"

Attribute: TypeAlias = dict[str, str]


def read_table(path: Path) -> pl.DataFrame:
    """Read `path` by its suffix: .csv, .jsonl or .ndjson, .parquet.

    Raises:
        UnreadableError: the file is absent, empty, broken, or of another kind.
        SchemaError: a value is of a kind that its column cannot hold.
    """
    readers: Mapping[str, Callable[[Path], pl.DataFrame]] = {
        ".csv": _read_csv,
        ".jsonl": _read_json_lines,
        ".ndjson": _read_json_lines,
        ".parquet": _read_parquet,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        expected = "a file that ends in " + ", ".join(readers)
        raise UnreadableError(expected=expected, got=repr(path.name), file=path)
    frame = _stripped(reader(path))
    if frame.is_empty():
        raise UnreadableError(expected="at least one row", got="none", file=path)
    return _with_attribute_columns(frame, path)


def _read_csv(path: Path) -> pl.DataFrame:
    text = read_text(path).rstrip()
    header = [name.strip() for name in next(csv.reader(text.splitlines()))]
    for name in header:
        if header.count(name) > 1:
            raise SchemaError(
                expected="each column once", got="it again", file=path, field=name or "''"
            )
    try:
        frame = pl.read_csv(text.encode(), infer_schema=False)
    except PolarsError as error:
        raise _broken_csv(text, path, len(header)) from error
    frame.columns = header
    if ATTRIBUTES in header:
        raise SchemaError(
            expected=f"columns {ATTRIBUTE_PREFIX}<name>",
            got="a column of text",
            file=path,
            field=ATTRIBUTES,
        )
    return frame


def _broken_csv(text: str, path: Path, num_columns: int) -> UnreadableError:
    """The error for the first row that is not CSV, or has more cells than the header."""
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    row = 0
    try:
        for row, cells in enumerate(rows):
            if len(cells) > num_columns:
                return UnreadableError(
                    expected=f"{num_columns} cells", got=str(len(cells)), file=path, row=row
                )
    except csv.Error as error:
        return UnreadableError(expected="CSV", got=str(error), file=path, row=row + 1)
    return UnreadableError(expected="CSV", got="something else", file=path)


def _read_json_lines(path: Path) -> pl.DataFrame:
    lines = [record for _, record in parse_json_lines(read_text(path), path)]
    names = list(dict.fromkeys(name for record in lines for name in record))
    columns = []
    for name in names:
        values = [record.get(name) for record in lines]
        if name == ATTRIBUTES:
            columns.append(_attribute_lists(values, path))
        else:
            columns.append(pl.Series(name, _texts(values, path, name), pl.String()))
    return pl.DataFrame(columns)


def _read_parquet(path: Path) -> pl.DataFrame:
    if not path.is_file():
        got = "a folder" if path.is_dir() else "none"
        raise UnreadableError(expected="a Parquet file", got=got, file=path)
    try:
        frame = pl.read_parquet(path)
    except (PolarsError, OSError) as error:
        raise UnreadableError(
            expected="a Parquet file", got="one that is broken", file=path
        ) from error
    return pl.DataFrame([_text_series(frame[name], path) for name in frame.columns])


def _text_series(series: pl.Series, path: Path) -> pl.Series:
    if series.name == ATTRIBUTES:
        return _attribute_lists(series.to_list(), path)
    if series.dtype.is_nested() or series.dtype == pl.Binary:
        raise SchemaError(
            expected="text or numbers", got=str(series.dtype), file=path, field=series.name
        )
    if series.name.endswith("_id") and series.dtype.is_float():
        raise SchemaError(
            expected="text or whole numbers", got=str(series.dtype), file=path, field=series.name
        )
    present = series.fill_nan(None) if series.dtype.is_float() else series
    return present.cast(pl.String())


def _texts(values: Sequence[object], path: Path, field: str) -> Iterable[str | None]:
    for row, value in enumerate(values, start=1):
        if isinstance(value, list | dict):
            raise SchemaError(
                expected="text or a number", got=kind_of(value), file=path, row=row, field=field
            )
        yield None if value is None else str(value)


def _attribute_lists(values: Sequence[object], path: Path) -> pl.Series:
    lists = [_attributes(value, path, row) for row, value in enumerate(values, start=1)]
    return pl.Series(ATTRIBUTES, lists, ITEM_SCHEMA[ATTRIBUTES])


def _attributes(value: object, path: Path, row: int) -> list[Attribute]:
    """Attributes from a list of `{name, value}`, or from an object of values by name."""
    if isinstance(value, dict):
        pairs = [
            (name, one)
            for name, given in value.items()
            for one in (given if isinstance(given, list) else [given])
        ]
    elif isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        pairs = [(entry.get("name"), entry.get("value")) for entry in value]
    elif value is None:
        pairs = []
    else:
        raise _wrong_attribute(kind_of(value), path, row)
    return [_attribute(name, one, path, row) for name, one in pairs if one not in (None, "")]


def _attribute(name: object, value: object, path: Path, row: int) -> Attribute:
    if not isinstance(name, str) or not name.strip():
        raise _wrong_attribute(f"the name {kind_of(name)}", path, row)
    if isinstance(value, list | dict):
        raise _wrong_attribute(f"{kind_of(value)} as the value of {name!r}", path, row)
    return {"name": name.strip(), "value": str(value).strip()}


def _wrong_attribute(got: str, path: Path, row: int) -> SchemaError:
    return SchemaError(
        expected="a list of {name, value}, or an object of values by name",
        got=got,
        file=path,
        row=row,
        field=ATTRIBUTES,
    )


def _stripped(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))


def _with_attribute_columns(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Columns `attribute.<name>` joined to `attributes`; several values are parted by `|`."""
    columns = [name for name in frame.columns if name.startswith(ATTRIBUTE_PREFIX)]
    if ATTRIBUTE_PREFIX in columns:
        raise SchemaError(
            expected=f"{ATTRIBUTE_PREFIX}<name>", got="no name", file=path, field=ATTRIBUTE_PREFIX
        )
    if not columns:
        return frame
    none = pl.lit([], ITEM_SCHEMA[ATTRIBUTES])
    lists = [_attribute_column(name).fill_null(none) for name in columns]
    if ATTRIBUTES in frame.columns:
        lists.insert(0, pl.col(ATTRIBUTES))
    return frame.with_columns(pl.concat_list(lists).alias(ATTRIBUTES)).drop(columns)


def _attribute_column(column: str) -> pl.Expr:
    value = pl.element().str.strip_chars()
    entry = pl.struct(
        pl.lit(column.removeprefix(ATTRIBUTE_PREFIX).strip()).alias("name"), value.alias("value")
    )
    return pl.col(column).str.split(VALUE_SEPARATOR).list.eval(entry.filter(value != ""))
