"""Files of contexts: JSON lines or Parquet, counted first, then read a little at a time."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from data.errors import SchemaError, UnreadableError
from engine.contexts import BadLine, Line, read_context

ROWS_AT_ONCE = 1_024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContextLines:
    """How many lines a file has, and the lines, which can be read once."""

    total: int
    lines: Iterator[Line]


def open_contexts(path: Path) -> ContextLines:
    """The lines of `path`, whose suffix says what it is: .jsonl, .ndjson or .parquet.

    Raises:
        UnreadableError: the file is absent, empty, broken, or of another kind.
        SchemaError: a Parquet file has no column `items`, or a column is of a wrong type.
    """
    openers: Mapping[str, Callable[[Path], ContextLines]] = {
        ".jsonl": _open_json_lines,
        ".ndjson": _open_json_lines,
        ".parquet": _open_parquet,
    }
    opener = openers.get(path.suffix.lower())
    if opener is None:
        expected = "contexts in a file that ends in " + ", ".join(openers)
        raise UnreadableError(expected=expected, got=repr(path.name), file=path)
    if not path.is_file():
        got = "a folder" if path.is_dir() else "none"
        raise UnreadableError(expected="a file of contexts", got=got, file=path)
    with _readable(path):
        opened = opener(path)
    if not opened.total:
        raise UnreadableError(expected="at least one context", got="none", file=path)
    return opened


def _open_json_lines(path: Path) -> ContextLines:
    total = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            total = number if line.strip() else total
    return ContextLines(total=total, lines=_json_lines(path, total))


def _json_lines(path: Path, total: int) -> Iterator[Line]:
    """Lines up to `total`, the last that is not blank."""
    with _readable(path), path.open("rb") as file:
        for number, line in zip(range(1, total + 1), file, strict=False):
            yield _json_line(line, number)


def _json_line(line: bytes, number: int) -> Line:
    try:
        text = line.rstrip().decode("utf-8-sig" if number == 1 else "utf-8")
        record = json.loads(text)
        if "\\u" in text:
            json.dumps(record, ensure_ascii=False).encode()  # fails on half a surrogate pair
    except UnicodeError as error:
        return _broken(number, "text in UTF-8", str(error))
    except json.JSONDecodeError as error:
        return _broken(number, "JSON", f"{error.msg.lower()} at column {error.colno}")
    except (ValueError, RecursionError):
        return _broken(number, "JSON", "a number too long or lists too deep to read")
    return read_context(record, number)


def _broken(number: int, expected: str, got: str) -> BadLine:
    return BadLine(line=number, context_id=None, field=None, expected=expected, got=got)


def _open_parquet(path: Path) -> ContextLines:
    table = pl.scan_parquet(path, glob=False)
    schema = table.collect_schema()
    items = schema.get("items")
    if items is None:
        raise _wrong(path, "items", "a column of lists of item_id", f"columns {', '.join(schema)}")
    if not isinstance(items, pl.List) or not _is_identifier(items.inner):
        raise _wrong(path, "items", "lists of text", str(items))
    columns = [pl.col("items").cast(pl.List(pl.String))]
    if "context_id" in schema:
        if not _is_identifier(schema["context_id"]):
            raise _wrong(path, "context_id", "text or whole numbers", str(schema["context_id"]))
        columns.append(pl.col("context_id").cast(pl.String))
    total = table.select(pl.len()).collect().item()
    return ContextLines(total=total, lines=_parquet_rows(path, table.select(columns)))


def _parquet_rows(path: Path, table: pl.LazyFrame) -> Iterator[Line]:
    row = 0
    with _readable(path):
        for batch in table.collect_batches(chunk_size=ROWS_AT_ONCE, maintain_order=True):
            for record in batch.iter_rows(named=True):
                row += 1
                yield read_context(record, row)


def _is_identifier(kind: object) -> bool:
    return isinstance(kind, pl.DataType) and (kind == pl.String or kind.is_integer())


def _wrong(path: Path, field: str, expected: str, got: str) -> SchemaError:
    return SchemaError(expected=expected, got=got, file=path, field=field)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Name the file when it cannot be read."""
    try:
        yield
    except (PolarsError, OSError) as error:
        raise UnreadableError(
            expected="a readable file", got="one that is broken", file=path
        ) from error
