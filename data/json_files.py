"""JSON and text files, read with errors that name the file and the line; JSON lines written."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from data.atomic import atomic_file
from data.errors import SchemaError, UnreadableError


def read_text(path: Path) -> str:
    """The text of `path`.

    Raises:
        UnreadableError: it is absent, a folder, empty, or not UTF-8.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            expected="text in UTF-8", got=f"a wrong byte at {error.start}", file=path
        ) from error
    except OSError as error:
        got = "a folder" if path.is_dir() else (error.strerror or "an error").lower()
        raise UnreadableError(expected="a readable file", got=got, file=path) from error
    if not text.strip():
        raise UnreadableError(expected="content", got="an empty file", file=path)
    return text


def parse_json(text: str, path: Path) -> object:
    """The JSON value of a whole file.

    Raises:
        UnreadableError: it is broken.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _broken(error, path, error.lineno) from error


def parse_json_objects(text: str, path: Path) -> list[dict[str, Any]]:
    """The objects of a file that is one JSON list.

    Raises:
        UnreadableError: it is broken, or an empty list.
        SchemaError: it is something else, or holds something else.
    """
    values = parse_json(text, path)
    if not isinstance(values, list):
        raise SchemaError(expected="a JSON list", got=kind_of(values), file=path)
    if not values:
        raise UnreadableError(expected="content", got="an empty list", file=path)
    for row, value in enumerate(values, start=1):
        if not isinstance(value, dict):
            raise SchemaError(expected="an object", got=kind_of(value), file=path, row=row)
    return values


def parse_json_lines(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number, from 1, and object of every line; blank lines at the end are none.

    Raises:
        UnreadableError: a line is not JSON, or blank.
        SchemaError: a line is not an object.
    """
    for number, line in enumerate(text.rstrip().split("\n"), start=1):
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise _broken(error, path, number) from error
        if not isinstance(value, dict):
            raise SchemaError(
                expected="a JSON object a line", got=kind_of(value), file=path, row=number
            )
        yield number, value


def write_json_lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    """Write one object a line; the file appears whole or not at all."""
    with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def kind_of(value: object) -> str:
    """What a JSON value is, as a phrase for error messages."""
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    return repr(value)


def _broken(error: json.JSONDecodeError, path: Path, line: int) -> UnreadableError:
    return UnreadableError(
        expected="JSON",
        got=f"{error.msg.lower()} at column {error.colno}",
        file=path,
        row=line,
    )
