from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dataset import Dataset
from data.errors import SchemaError
from data.splits import SplitConfig, outfit_products, shared_products, split_outfits
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, check_outfits, empty_columns


def shop(outfits: list[list[int]], groups: dict[int, str] | None = None) -> Dataset:
    num_items = 1 + max(row for outfit in outfits for row in outfit)
    items = pl.DataFrame(
        {
            "item_id": [f"i{row}" for row in range(num_items)],
            "category": "c",
            "group_id": pl.Series(
                [(groups or {}).get(row) for row in range(num_items)], dtype=pl.String
            ),
        }
    )
    table = pl.DataFrame(
        [
            (f"o{number}", place, f"i{row}", "train")
            for number, outfit in enumerate(outfits)
            for place, row in enumerate(outfit)
        ],
        schema=OUTFIT_SCHEMA,
        orient="row",
    )
    return Dataset(folder=Path("shop"), items=empty_columns(items, ITEM_SCHEMA), outfits=table)


def apart(num_outfits: int) -> list[list[int]]:
    """Outfits of two items that no other outfit holds."""
    return [[2 * number, 2 * number + 1] for number in range(num_outfits)]


def worn(outfits: pl.DataFrame) -> dict[str, set[str]]:
    return {
        split: set(part["item_id"])
        for (split,), part in outfits.group_by("split", maintain_order=True)
    }


@given(
    st.lists(
        st.lists(st.integers(0, 30), min_size=2, max_size=5, unique=True), min_size=4, max_size=40
    ),
    st.dictionaries(st.integers(0, 30), st.sampled_from("xyz")),
    st.sampled_from([(0.1, 0.1), (0.3, 0.2), (0.0, 0.4), (0.45, 0.5)]),
    st.integers(0, 5),
)
def test_no_product_stands_in_two_disjoint_splits(outfits, groups, shares, seed) -> None:
    dataset = shop(outfits, groups)
    config = SplitConfig(rule="disjoint", valid=shares[0], test=shares[1], seed=seed)
    try:
        split = split_outfits(dataset, config)
    except SchemaError:  # so entangled that a split is left empty
        return
    product = {f"i{row}": groups.get(row, f"alone {row}") for row in range(dataset.items.height)}
    seen: dict[str, str] = {}
    for item, name in split.outfits.select("item_id", "split").iter_rows():
        assert seen.setdefault(product[item], name) == name
    assert set(split.shared.values()) == {0}
    check_outfits(split.outfits, dataset.items, "outfits")
    assert split.outfits["outfit_id"].n_unique() + split.dropped == len(outfits)


def test_outfits_that_share_nothing_are_all_kept_in_their_shares() -> None:
    split = split_outfits(shop(apart(100)), SplitConfig(rule="disjoint", valid=0.2, test=0.1))
    sizes = split.outfits.group_by("split").agg(pl.col("outfit_id").n_unique())
    assert dict(sizes.iter_rows()) == {"train": 70, "valid": 20, "test": 10}
    assert split.dropped == 0


def test_outfits_that_share_items_stay_together_rather_than_fall() -> None:
    families = [
        [10 * family, 10 * family + one, 10 * family + other]
        for family in range(20)
        for one, other in ((1, 2), (3, 4), (1, 3))
    ]
    split = split_outfits(shop(families), SplitConfig(rule="disjoint", valid=0.1, test=0.1))
    assert split.dropped == 0
    family_of = split.outfits.with_columns(
        family=pl.col("item_id").str.slice(1).cast(pl.Int64) // 10
    )
    assert (
        family_of.group_by("family").agg(pl.col("split").n_unique())["split"].to_list() == [1] * 20
    )


def test_an_outfit_between_two_splits_is_left_out_and_counted() -> None:
    chain = [[row, row + 1] for row in range(40)]
    split = split_outfits(shop(chain), SplitConfig(rule="disjoint", valid=0.1, test=0.1))
    kept = worn(split.outfits)
    assert not kept["train"] & kept["valid"]
    assert not kept["train"] & kept["test"]
    assert 2 <= split.dropped <= 4


def test_colours_of_one_product_are_one_product() -> None:
    pairs = {row: f"g{row // 4}" for row in range(1, 80) if row % 4 in (1, 2)}
    dataset = shop(apart(40), pairs)
    config = SplitConfig(rule="disjoint", valid=0.2, test=0.2, seed=3)
    split_of = dict(split_outfits(dataset, config).outfits.select("item_id", "split").iter_rows())
    for one in range(1, 78, 4):
        kept = {split_of.get(f"i{one}"), split_of.get(f"i{one + 1}")} - {None}
        assert len(kept) <= 1


def test_a_nondisjoint_split_keeps_every_outfit_and_says_what_is_shared() -> None:
    outfits = [[0, row] for row in range(1, 101)]
    split = split_outfits(shop(outfits), SplitConfig(rule="nondisjoint", valid=0.1, test=0.2))
    sizes = split.outfits.group_by("split").agg(pl.col("outfit_id").n_unique())
    assert dict(sizes.iter_rows()) == {"train": 70, "valid": 10, "test": 20}
    assert split.shared == {"train and valid": 1, "train and test": 1, "valid and test": 1}


@pytest.mark.parametrize("rule", ["disjoint", "nondisjoint"])
def test_the_seed_decides(rule) -> None:
    dataset = shop(apart(60))
    first, again, other = (
        split_outfits(dataset, SplitConfig(rule=rule, seed=seed)).outfits for seed in (0, 0, 1)
    )
    assert first.equals(again)
    assert not first.equals(other)


@pytest.mark.parametrize("rule", ["disjoint", "nondisjoint"])
def test_a_share_of_zero_makes_no_split(rule) -> None:
    split = split_outfits(shop(apart(20)), SplitConfig(rule=rule, valid=0.0, test=0.5))
    assert set(split.outfits["split"]) == {"train", "test"}


def test_a_split_left_empty_is_refused_by_name() -> None:
    star = [[0, row] for row in range(1, 30)]
    with pytest.raises(SchemaError, match="outfits in split 'train', got none"):
        split_outfits(shop(star), SplitConfig(rule="disjoint", valid=0.0, test=0.3))


@pytest.mark.parametrize(("valid", "test"), [(0.5, 0.5), (-0.1, 0.2)])
def test_shares_that_leave_nothing_to_train_on_are_refused(valid: float, test: float) -> None:
    with pytest.raises(ValueError, match="add up to less than 1"):
        SplitConfig(rule="disjoint", valid=valid, test=test)


def test_the_proof_counts_what_is_shared_by_every_two_splits() -> None:
    dataset = shop([[0, 1], [1, 2], [2, 0]], {2: "g", 1: "g"})
    assert outfit_products(dataset)["o1"] == frozenset({"group g"})
    split_of = {"o0": "train", "o1": "valid", "o2": "test"}
    outfits = dataset.outfits.with_columns(split=pl.col("outfit_id").replace_strict(split_of))
    parted = Dataset(folder=dataset.folder, items=dataset.items, outfits=outfits)
    assert shared_products(parted) == {
        "train and valid": 1,
        "train and test": 2,
        "valid and test": 1,
    }
