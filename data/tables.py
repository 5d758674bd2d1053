"""The two tables, items and outfits: their columns, types and rules."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import polars as pl

from data.errors import DuplicateError, SchemaError, UnknownItemError
from data.slots import SLOTS

UNKNOWN_CATEGORY: Final = "unknown"
AVAILABILITY: Final = ("in_stock", "out_of_stock", "preorder", "backorder")
SPLITS: Final = ("train", "valid", "test")

Columns: TypeAlias = Mapping[str, Any]
"""Types by column; polars' own types are not ones that a run-time checker can read."""

ITEM_SCHEMA: Final = pl.Schema(
    {
        "item_id": pl.String(),
        "group_id": pl.String(),
        "title": pl.String(),
        "description": pl.String(),
        "category": pl.String(),
        "slot": pl.String(),
        "attributes": pl.List(pl.Struct({"name": pl.String(), "value": pl.String()})),
        "price": pl.Float64(),
        "currency": pl.String(),
        "availability": pl.String(),
        "image": pl.String(),
        "popularity": pl.Float64(),
    }
)
OUTFIT_SCHEMA: Final = pl.Schema(
    {
        "outfit_id": pl.String(),
        "position": pl.Int64(),
        "item_id": pl.String(),
        "split": pl.String(),
    }
)


def check_items(items: pl.DataFrame, file: Path | str) -> None:
    """Raise unless `items` follows `ITEM_SCHEMA` and its rules; `file` is named in the error.

    Raises:
        SchemaError: a column, type or value is wrong.
        DuplicateError: an item_id stands twice.
    """
    _check_schema(items, ITEM_SCHEMA, file)
    if items.is_empty():
        raise SchemaError(expected="at least one item", got="no rows", file=file)
    for name in ("item_id", "category"):
        _refuse(items, pl.col(name).is_null() | (pl.col(name) == ""), "a value", file)
    _refuse_repeats(items, ["item_id"], file)
    for name, allowed in (("slot", SLOTS), ("availability", AVAILABILITY)):
        wrong = ~pl.col(name).is_in(allowed)
        _refuse(items, wrong, "one of " + ", ".join(allowed), file)
    for name in ("price", "popularity"):
        wrong = ~(pl.col(name).is_finite() & (pl.col(name) >= 0))
        _refuse(items, wrong, "a number that is not negative", file)


def check_outfits(outfits: pl.DataFrame, items: pl.DataFrame, file: Path | str) -> None:
    """Raise unless `outfits` follows `OUTFIT_SCHEMA` and names only items of `items`.

    Raises:
        SchemaError: a column, type or value is wrong, an outfit holds one item or two splits.
        DuplicateError: a position of an outfit stands twice.
        UnknownItemError: an item is not in `items`.
    """
    _check_schema(outfits, OUTFIT_SCHEMA, file)
    for name in ("outfit_id", "position", "item_id"):
        _refuse(outfits, pl.col(name).is_null(), "a value", file)
    wrong = ~pl.col("split").is_in(SPLITS).fill_null(value=False)
    _refuse(outfits, wrong, "one of " + ", ".join(SPLITS), file)
    _refuse_unknown(outfits, items, file)
    _refuse_repeats(outfits, ["outfit_id", "position"], file)
    mixed = pl.col("split") != pl.col("split").first().over("outfit_id")
    _refuse(outfits, mixed, "one split for the whole outfit", file)
    alone = pl.col("outfit_id").len().over("outfit_id") < 2
    _refuse(outfits, alone, "an outfit of two items or more", file, got="an outfit of one")


def empty_columns(frame: pl.DataFrame, schema: Columns) -> pl.DataFrame:
    """`frame` with every column of `schema`, in its order; the missing ones hold nulls."""
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )


def _check_schema(frame: pl.DataFrame, schema: Columns, file: Path | str) -> None:
    for name, dtype in schema.items():
        got = frame.schema.get(name)
        if got != dtype:
            raise SchemaError(
                expected=f"a column of {dtype}",
                got="none" if got is None else str(got),
                file=file,
                field=name,
            )


def _refuse(
    frame: pl.DataFrame,
    wrong: pl.Expr,
    expected: str,
    file: Path | str,
    *,
    got: str | None = None,
) -> None:
    """Raise `SchemaError` at the first row where `wrong`, an expression of one column, is true."""
    row = first_true(frame, wrong)
    if row is None:
        return
    field = wrong.meta.root_names()[0]
    value = frame[field][row]
    seen = got or ("an empty value" if value in (None, "") else repr(value))
    raise SchemaError(expected=expected, got=seen, file=file, row=row + 1, field=field)


def _refuse_repeats(frame: pl.DataFrame, columns: list[str], file: Path | str) -> None:
    row = first_true(frame, ~pl.struct(columns).is_first_distinct())
    if row is None:
        return
    values = frame.select(columns).row(row)
    raise DuplicateError(
        expected="each " + " and ".join(columns) + " once",
        got=", ".join(repr(value) for value in values) + " again",
        file=file,
        row=row + 1,
        field=columns[-1],
    )


def _refuse_unknown(outfits: pl.DataFrame, items: pl.DataFrame, file: Path | str) -> None:
    row = first_true(outfits, ~pl.col("item_id").is_in(items["item_id"].implode()))
    if row is not None:
        raise UnknownItemError(
            expected="an item of the items table",
            got=repr(outfits["item_id"][row]),
            file=file,
            row=row + 1,
            field="item_id",
        )


def first_true(frame: pl.DataFrame, condition: pl.Expr) -> int | None:
    """The first row, from 0, where `condition` is true; a null is not true."""
    rows = frame.select(condition.fill_null(value=False).arg_true().first()).to_series()
    row = rows[0] if len(rows) else None
    return None if row is None else int(row)
