"""What a search must find, item by item, and what the catalogue knows as an inline item."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from engine.bundle import Bundle
from engine.recommender import Recommender
from engine.requests import Complement, ItemContent


def content_of(recommender: Recommender, look: dict[str, np.ndarray], name: str) -> ItemContent:
    """What the catalogue knows of an item, as an inline one."""
    item = recommender.items.row(by_predicate=pl.col("item_id") == name, named=True)
    return ItemContent(
        category=item["category"],
        title=item["title"],
        description=item["description"],
        attributes={each["name"]: each["value"] for each in item["attributes"]},
        price=item["price"],
        vectors={"look": look[name]} if name in look else {},
    )


def scan(
    bundle: Bundle, target: np.ndarray, passes: Callable[[dict[str, object]], bool], k: int
) -> list[Complement]:
    """Every catalogue item in turn, the nearest first, of equals the first in the catalogue."""
    found = [
        Complement(item_id=item["item_id"], similarity=float(vector @ target))
        for item, vector in zip(bundle.items.iter_rows(named=True), bundle.vectors, strict=True)
        if passes(item)
    ]
    return sorted(found, key=lambda each: -each.similarity)[:k]


def assert_same(answers: list[Complement], expected: list[Complement]) -> None:
    """The same similarities in the same order, and the same items but for near ties."""
    assert [each.similarity for each in answers] == pytest.approx(
        [each.similarity for each in expected], abs=1e-5
    )
    last = expected[-1].similarity if expected else 0.0
    clear = {each.item_id for each in expected if each.similarity > last + 1e-5}
    assert clear <= {each.item_id for each in answers}
    assert len({each.item_id for each in answers}) == len(expected)
