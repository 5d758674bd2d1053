import re

import numpy as np
import polars as pl
import pytest

from data.shop.catalogue import Piece
from data.shop.palette import PALETTE
from data.shop.wardrobe import OCCASIONS, STYLES
from data.shop.words import item_table
from data.tables import check_items


@pytest.fixture(scope="module")
def items(pieces: list[Piece], popularity: np.ndarray) -> pl.DataFrame:
    names = [f"x{row}" for row in range(len(pieces))]
    return item_table(pieces, names, popularity, np.random.default_rng(0))


def told(row: dict) -> tuple[str, dict[str, str]]:
    return row["title"].lower(), {fact["name"]: fact["value"] for fact in row["attributes"]}


def test_the_table_follows_the_schema(items: pl.DataFrame) -> None:
    check_items(items, "items")


def test_whatever_the_taste_sees_can_be_read(items: pl.DataFrame, pieces: list[Piece]) -> None:
    for row, piece in zip(items.iter_rows(named=True), pieces, strict=True):
        title, attributes = told(row)
        product = piece.product
        facts = {
            "colour": PALETTE[piece.colour].name,
            "fabric": product.fabric,
            "pattern": product.pattern or "plain",
            "style": STYLES[product.style],
            "occasion": OCCASIONS[product.occasion],
        }
        for name, fact in facts.items():
            assert attributes.get(name, fact) == fact
            assert name in attributes or fact in title


def test_titles_and_attributes_each_leave_something_out(items: pl.DataFrame) -> None:
    rows = [told(row) for row in items.iter_rows(named=True)]

    assert 0.1 < np.mean(["style" not in attributes for _, attributes in rows]) < 0.3
    assert 0.1 < np.mean([attributes["colour"] not in title for title, attributes in rows]) < 0.3
    assert 0.4 < items["description"].is_null().mean() < 0.9


def test_colour_variants_share_a_group_and_all_but_the_colour(items: pl.DataFrame) -> None:
    for _, group in items.group_by("group_id"):
        rows = [told(row) for row in group.iter_rows(named=True)]
        plain = {re.sub(rf"\b{attributes['colour']}\b", "*", title) for title, attributes in rows}
        assert len(plain) == 1
        assert group["price"].n_unique() == group["description"].n_unique() == 1


def test_most_items_are_in_stock_and_some_are_not(items: pl.DataFrame) -> None:
    assert 0.75 < (items["availability"] == "in_stock").mean() < 0.95
    assert (items["price"] >= 8.9).all()
    assert items["currency"].unique().to_list() == ["EUR"]
