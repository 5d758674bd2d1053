"""Contexts of an offline batch: one line of a file each, right or wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from data.errors import InputError, SchemaError
from data.json_files import kind_of
from engine.requests import Item, ItemContent

MAX_ITEMS: Final = 32
"""Most items of a context, as in the service."""

INLINE_FIELDS: Final = ("category", "title", "description", "attributes")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Context:
    """A partial outfit; `line` is its place in the file, from 1."""

    line: int
    context_id: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that cannot be answered and why.

    Args:
        line: its place in the file, from 1.
        context_id: None where the line names none that can be read.
        field: the part of the line that is wrong, such as `items[2]`; None for all of it.
        expected: what would have been right, as a phrase.
        got: what was found instead, as a phrase.
    """

    line: int
    context_id: str | None
    field: str | None
    expected: str
    got: str

    @classmethod
    def of(cls, error: InputError, *, line: int, context_id: str | None = None) -> "BadLine":
        """What `error` says about a line."""
        return cls(
            line=line,
            context_id=context_id,
            field=error.field,
            expected=error.expected,
            got=error.got,
        )


Line: TypeAlias = Context | BadLine


def read_context(record: object, line: int) -> Line:
    """The context that a JSON object or table row holds; without a `context_id` the line names it.

    An item is an identifier or, inline, an object of `INLINE_FIELDS`. Other keys of the record are
    left to the shop; other keys of an inline item are refused, for they would change nothing.
    """
    context_id = None
    try:
        if not isinstance(record, dict):
            raise SchemaError(expected="a JSON object", got=kind_of(record))
        context_id = _context_id(record.get("context_id"), line)
        return Context(line=line, context_id=context_id, items=_items(record.get("items")))
    except InputError as error:
        return BadLine.of(error, line=line, context_id=context_id)


def _context_id(value: object, line: int) -> str:
    if value is None:
        return str(line)
    return _identifier(value, "text or a whole number", "context_id")


def _items(values: object) -> tuple[Item, ...]:
    if not isinstance(values, list):
        raise SchemaError(expected="a list of items", got=kind_of(values), field="items")
    if not 1 <= len(values) <= MAX_ITEMS:
        got = str(len(values)) if values else "none"
        raise SchemaError(expected=f"1 to {MAX_ITEMS} items", got=got, field="items")
    return tuple(_item(value, f"items[{position}]") for position, value in enumerate(values))


def _item(value: object, field: str) -> Item:
    if isinstance(value, dict):
        return _content(value, field)
    return _identifier(value, "an item_id or an object", field)


def _identifier(value: object, expected: str, field: str) -> str:
    if value == "" or isinstance(value, bool) or not isinstance(value, str | int):
        raise SchemaError(expected=expected, got=kind_of(value), field=field)
    return str(value)


def _content(record: Mapping[str, object], field: str) -> ItemContent:
    if not record:
        raise SchemaError(expected=f"any of {', '.join(INLINE_FIELDS)}", got="none", field=field)
    for name in record:
        if name not in INLINE_FIELDS:
            raise SchemaError(
                expected=f"only {', '.join(INLINE_FIELDS)}", got=repr(name), field=field
            )
    return ItemContent(
        category=_text(record.get("category"), f"{field}.category"),
        title=_text(record.get("title"), f"{field}.title"),
        description=_text(record.get("description"), f"{field}.description"),
        attributes=_attributes(record.get("attributes"), f"{field}.attributes"),
    )


def _text(value: object, field: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise SchemaError(expected="text", got=kind_of(value), field=field)
    return value or None


def _attributes(values: object, field: str) -> dict[str, str]:
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SchemaError(expected="an object of values by name", got=kind_of(values), field=field)
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise SchemaError(
                expected="text or a number", got=kind_of(value), field=f"{field}.{name}"
            )
    return {name: str(value) for name, value in values.items() if value not in (None, "")}
