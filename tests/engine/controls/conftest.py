from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from data.dataset import Dataset
from data.questions import CompatibilityQuestion, FitbQuestion
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns

MakeDataset = Callable[..., Dataset]


@pytest.fixture
def make_dataset() -> MakeDataset:
    """Items i0, i1, … of the categories, and training outfits of their rows."""

    def make(
        categories: list[str],
        outfits: list[list[int]],
        prices: list[float | None] | None = None,
    ) -> Dataset:
        ids = [f"i{row}" for row in range(len(categories))]
        price = pl.Series(prices or [None] * len(ids), dtype=pl.Float64)
        items = pl.DataFrame({"item_id": ids, "category": categories, "price": price})
        rows = [
            (f"o{number}", place, ids[row], "train")
            for number, outfit in enumerate(outfits)
            for place, row in enumerate(outfit)
        ]
        return Dataset(
            folder=Path("shop"),
            items=empty_columns(items, ITEM_SCHEMA),
            outfits=pl.DataFrame(rows, schema=OUTFIT_SCHEMA, orient="row"),
        )

    return make


@pytest.fixture
def fitb() -> Callable[[list[int], list[int]], FitbQuestion]:
    def make(context: list[int], candidates: list[int]) -> FitbQuestion:
        return FitbQuestion(
            context=tuple(context),
            candidates=tuple(candidates),
            answer=0,
            context_ids=(),
            candidate_ids=(),
        )

    return make


@pytest.fixture
def outfit() -> Callable[[list[int]], CompatibilityQuestion]:
    def make(items: list[int]) -> CompatibilityQuestion:
        return CompatibilityQuestion(items=tuple(items), label=0, item_ids=())

    return make
