import polars as pl
import pytest

from data.errors import DuplicateError, SchemaError, UnknownItemError
from data.tables import (
    ITEM_SCHEMA,
    OUTFIT_SCHEMA,
    check_items,
    check_outfits,
    empty_columns,
    first_true,
)


def items(**columns: list[object]) -> pl.DataFrame:
    given = {"item_id": ["a", "b", "c"], "category": ["hat", "bag", "shoe"], **columns}
    typed = pl.DataFrame(given, {name: ITEM_SCHEMA[name] for name in given})
    return empty_columns(typed, ITEM_SCHEMA)


def outfits(**columns: list[object]) -> pl.DataFrame:
    given = {
        "outfit_id": ["o", "o", "p", "p"],
        "position": [1, 2, 1, 2],
        "item_id": ["a", "b", "b", "c"],
        "split": ["train", "train", "test", "test"],
        **columns,
    }
    return pl.DataFrame(given, OUTFIT_SCHEMA)


def test_right_tables_pass() -> None:
    check_items(
        items(
            slot=["hats", None, "shoes"],
            availability=["in_stock", "backorder", None],
            price=[0.0, 1.5, None],
        ),
        "items",
    )
    check_outfits(outfits(), items(), "outfits")


def test_a_table_of_outfits_may_be_empty() -> None:
    check_outfits(outfits().clear(), items(), "outfits")


def test_a_missing_or_mistyped_column_is_named() -> None:
    with pytest.raises(SchemaError, match=r"items, field 'price': .*Float64.* got none"):
        check_items(items().drop("price"), "items")
    with pytest.raises(SchemaError, match=r"field 'price': .*Float64.* got String"):
        check_items(items().with_columns(price=pl.lit("1")), "items")


def test_a_catalogue_without_items_is_refused() -> None:
    with pytest.raises(SchemaError, match="at least one item"):
        check_items(items().clear(), "items")


@pytest.mark.parametrize(
    ("column", "values", "row"),
    [
        ("item_id", ["a", None, "c"], 2),
        ("item_id", ["", "b", "c"], 1),
        ("category", ["hat", "bag", None], 3),
        ("slot", ["hats", "hat", None], 2),
        ("availability", [None, None, "sold"], 3),
        ("price", [1.0, -0.5, None], 2),
        ("price", [1.0, None, float("inf")], 3),
        ("price", [float("nan"), None, 1.0], 1),
        ("popularity", [0.0, -1.0, None], 2),
    ],
)
def test_a_wrong_value_of_an_item_is_named_with_its_row(
    column: str, values: list[object], row: int
) -> None:
    with pytest.raises(SchemaError) as caught:
        check_items(items(**{column: values}), "items")

    assert (caught.value.file, caught.value.row, caught.value.field) == ("items", row, column)


def test_a_repeated_item_is_named_with_its_second_row() -> None:
    with pytest.raises(DuplicateError, match="'a' again") as caught:
        check_items(items(item_id=["a", "b", "a"]), "items")

    assert (caught.value.row, caught.value.field) == (3, "item_id")


@pytest.mark.parametrize(
    ("column", "values", "row", "message"),
    [
        ("outfit_id", ["o", "o", None, None], 3, "empty value"),
        ("position", [1, None, 1, 2], 2, "empty value"),
        ("item_id", ["a", "b", "b", None], 4, "empty value"),
        ("split", ["train", "dev", "test", "test"], 2, "one of train, valid, test"),
        ("split", ["train", None, "test", "test"], 2, "empty value"),
        ("split", ["train", "train", "test", "valid"], 4, "one split for the whole outfit"),
        ("outfit_id", ["o", "o", "p", "q"], 3, "an outfit of one"),
    ],
)
def test_a_wrong_value_of_an_outfit_is_named_with_its_row(
    column: str, values: list[object], row: int, message: str
) -> None:
    with pytest.raises(SchemaError, match=message) as caught:
        check_outfits(outfits(**{column: values}), items(), "outfits")

    assert caught.value.row == row
    assert caught.value.field == column


def test_an_unknown_item_in_an_outfit_is_named_with_its_row() -> None:
    with pytest.raises(UnknownItemError, match="'z'") as caught:
        check_outfits(outfits(item_id=["a", "b", "z", "c"]), items(), "outfits")

    assert (caught.value.file, caught.value.row, caught.value.field) == ("outfits", 3, "item_id")


def test_a_repeated_position_of_an_outfit_is_named() -> None:
    with pytest.raises(DuplicateError, match="'p', 1 again") as caught:
        check_outfits(outfits(position=[1, 2, 1, 1]), items(), "outfits")

    assert caught.value.row == 4


def test_missing_columns_are_filled_with_nulls_in_the_order_of_the_schema() -> None:
    whole = items()

    assert whole.schema == ITEM_SCHEMA
    assert whole["title"].null_count() == 3


def test_the_first_true_row_skips_nulls() -> None:
    frame = pl.DataFrame({"x": [None, 1, 2, 2]})

    assert first_true(frame, pl.col("x") == 2) == 2
    assert first_true(frame, pl.col("x") == 9) is None
    assert first_true(frame.clear(), pl.col("x") == 2) is None
