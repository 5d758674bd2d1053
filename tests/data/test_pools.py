import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dataset import Dataset
from data.pools import build_pools, evaluated_split
from data.retrieval_questions import RetrievalQuestion, build_retrieval
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns


def shop(num_items: int, splits: dict[str, list[list[int]]]) -> Dataset:
    """Items of the categories and slots of four rows in turn; the last has neither."""
    rows = range(num_items)
    items = pl.DataFrame(
        {
            "item_id": [f"i{row}" for row in rows],
            "category": [("boots", "heels", "hats", "unknown")[row % 4] for row in rows],
            "slot": [("shoes", "shoes", "hats", None)[row % 4] for row in rows],
        }
    )
    table = pl.DataFrame(
        [
            (f"{split}{number}", place, f"i{row}", split)
            for split, outfits in splits.items()
            for number, outfit in enumerate(outfits)
            for place, row in enumerate(outfit)
        ],
        schema=OUTFIT_SCHEMA,
        orient="row",
    )
    return Dataset(folder=Path("shop"), items=empty_columns(items, ITEM_SCHEMA), outfits=table)


@pytest.fixture
def dataset() -> Dataset:
    """Rows 0 to 39 validate, 40 to 99 train, 100 to 119 test, 120 to 139 are worn by nobody."""

    def pairs(low: int, high: int) -> list[list[int]]:
        return [[row, row + 1] for row in range(low, high, 2)]

    return shop(140, {"valid": pairs(0, 40), "train": pairs(40, 100), "test": pairs(100, 120)})


def question(target: int) -> RetrievalQuestion:
    return RetrievalQuestion(context=(1,), target=target, context_ids=("i1",), target_id="t")


def test_a_fine_pool_holds_the_split_then_training_and_nothing_else(dataset: Dataset) -> None:
    pools = build_pools(dataset, rule="fine", split="valid", size=15)
    assert set(pools.rows) == {"boots", "heels", "hats"}
    for place, name in enumerate(("boots", "heels", "hats")):
        rows = pools.rows[name]
        assert len(rows) == len(set(rows.tolist())) == 15
        assert set(rows.tolist()) >= set(range(place, 40, 4))
        assert all(row % 4 == place and row < 100 for row in rows.tolist())


def test_items_of_the_split_come_first(dataset: Dataset) -> None:
    rows = build_pools(dataset, rule="fine", split="valid", size=7).rows["boots"]
    assert all(row < 40 for row in rows.tolist())


def test_a_category_with_fewer_items_has_no_pool_and_says_so(dataset: Dataset) -> None:
    pools = build_pools(dataset, rule="fine", split="valid", size=26)
    assert pools.rows == {}
    assert pools.reason(question(0)) == "category of fewer than 26 items"
    assert pools.reason(question(3)) == "target of unknown category"


def test_a_coarse_pool_may_be_smaller(dataset: Dataset) -> None:
    pools = build_pools(dataset, rule="coarse", split="valid", size=30)
    assert {name: len(rows) for name, rows in pools.rows.items()} == {"shoes": 30, "hats": 25}
    assert pools.reason(question(0)) is None
    assert pools.reason(question(3)) == "target of unknown slot"


def test_a_full_pool_is_the_whole_catalogue_of_the_slot(dataset: Dataset) -> None:
    pools = build_pools(dataset, rule="full", split="valid", size=2)
    assert pools.rows["hats"].tolist() == list(range(2, 140, 4))
    assert (pools.size, pools.split) == (None, None)


@given(st.integers(0, 9), st.integers(2, 30), st.sampled_from(["fine", "coarse", "full"]))
def test_equal_seeds_draw_equal_pools(seed: int, size: int, rule: str) -> None:
    dataset = shop(60, {"valid": [[row, row + 1] for row in range(0, 60, 2)]})
    first, again = (
        build_pools(dataset, rule=rule, split="valid", size=size, seed=seed) for _ in range(2)
    )
    assert first.content() == again.content()
    assert first.sha256() == again.sha256()


def test_other_seeds_draw_other_pools(dataset: Dataset) -> None:
    pools = [build_pools(dataset, rule="fine", split="valid", size=5, seed=s) for s in (0, 1)]
    assert pools[0].sha256() != pools[1].sha256()


def test_the_pool_file_names_the_items_and_is_what_the_hash_is_of(dataset: Dataset) -> None:
    pools = build_pools(dataset, rule="coarse", split="valid", size=9)
    lines = [json.loads(line) for line in pools.content().splitlines()]
    assert [line["pool"] for line in lines] == ["hats", "shoes"]
    assert lines[0]["items"] == [f"i{row}" for row in pools.rows["hats"].tolist()]
    assert pools.sha256() == hashlib.sha256(pools.content()).hexdigest()


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_the_evaluated_split_is_the_one_that_holds_the_targets(
    split: str, dataset: Dataset
) -> None:
    questions = build_retrieval(dataset, split, seed=0).questions
    assert evaluated_split(dataset, questions) == split


def test_pools_of_targets_that_no_outfit_holds_are_those_of_the_test(dataset: Dataset) -> None:
    assert evaluated_split(dataset, [question(130)]) == "test"
    rows = build_pools(dataset, rule="fine", split="test", size=20).rows["hats"]
    assert set(rows.tolist()) == set(np.arange(42, 120, 4).tolist())
