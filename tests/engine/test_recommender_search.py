from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from engine.bundle import Bundle
from engine.questions import ComplementsQuestion
from engine.recommender import Recommender
from engine.requests import Complement, Filters, Item, Slot
from tests.engine.brute_force import assert_same, content_of, scan


@pytest.mark.parametrize("k", [1, 3, 1000])
@pytest.mark.parametrize("category", ["bags", "shoes", "pumps", None])
def test_complements_are_a_scan_of_the_category_or_slot(
    tiny_recommender, bundle, outfit, category, k
) -> None:
    slot = Slot(category=category, text=None if category else "silk dress")
    answers = tiny_recommender.complements(outfit, slot, k)
    target = tiny_recommender.embed_target(outfit, slot)
    expected = scan(
        bundle,
        target,
        lambda item: (
            category in (None, item["category"], item["slot"]) and item["item_id"] not in outfit
        ),
        k,
    )
    assert expected
    assert_same(answers, expected)


def test_the_context_never_answers_itself(tiny_recommender, outfit) -> None:
    answers = tiny_recommender.complements(outfit, Slot(text="anything"), 1000)
    assert len(answers) == 200 - len(outfit)
    assert not {each.item_id for each in answers} & set(outfit)


PRICES = {
    "min": Filters(min_price=60.0),
    "max": Filters(max_price=60.0),
    "both": Filters(min_price=40.0, max_price=80.0),
    "stock": Filters(in_stock_only=True),
    "all": Filters(min_price=30.0, max_price=150.0, in_stock_only=True),
}


@pytest.mark.parametrize("name", PRICES)
@pytest.mark.parametrize("k", [2, 1000])
def test_filters_are_those_of_a_scan(tiny_recommender, bundle, outfit, name, k) -> None:
    filters, slot = PRICES[name], Slot(text="silk")
    low = filters.min_price or 0.0
    high = filters.max_price or np.inf

    def passes(item: dict[str, object]) -> bool:
        price = item["price"]
        return (
            low <= price <= high
            and (item["availability"] == "in_stock" or not filters.in_stock_only)
            and item["item_id"] not in outfit
        )

    expected = scan(bundle, tiny_recommender.embed_target(outfit, slot), passes, k)
    assert 0 < len(expected) < 200 - len(outfit)
    assert_same(tiny_recommender.complements(outfit, slot, k, filters), expected)


def test_an_item_without_price_or_stock_passes_no_such_filter(bundle, outfit) -> None:
    items = bundle.items.with_columns(
        price=pl.lit(None, pl.Float64), availability=pl.lit(None, pl.String)
    )
    recommender = Recommender(replace(bundle, items=items))
    slot = Slot(text="silk")
    assert len(recommender.complements(outfit, slot, 5)) == 5
    for filters in (
        Filters(min_price=0.0),
        Filters(max_price=1e9),
        Filters(in_stock_only=True),
    ):
        assert recommender.complements(outfit, slot, 5, filters) == []


def test_excluded_items_make_room_for_the_next(tiny_recommender, outfit) -> None:
    slot = Slot(category="shoes")
    first = tiny_recommender.complements(outfit, slot, 10)
    excluded = frozenset(each.item_id for each in first[:4]) | {"never heard of"}
    rest = tiny_recommender.complements(outfit, slot, 6, Filters(exclude=excluded))
    assert rest == first[4:]


def test_filters_that_nothing_passes_leave_no_answer(tiny_recommender, outfit) -> None:
    assert tiny_recommender.complements(outfit, Slot(text="x y"), 5, Filters(max_price=0.0)) == []


def test_a_name_of_the_slot_table_that_the_catalogue_does_not_hold_means_its_slot(
    tiny_recommender, outfit
) -> None:
    assert "wellington boots" not in tiny_recommender.info.categories
    answers = tiny_recommender.complements(outfit, Slot(category="wellington boots"), 1000)
    shoes = tiny_recommender.complements(outfit, Slot(category="shoes"), 1000)
    assert {each.item_id for each in answers} == {each.item_id for each in shoes}


def test_many_contexts_get_what_each_gets_alone(tiny_recommender, outfit, look) -> None:
    ids = tiny_recommender.items["item_id"].to_list()
    inline = content_of(tiny_recommender, look, ids[0])
    contexts: list[list[Item]] = [outfit, ids[:3], [inline, ids[70]], outfit[:1], [ids[150]]]
    slots = [
        Slot(category="bags"),
        Slot(category="shoes"),
        Slot(category="bags"),
        Slot(text="silk"),
        Slot(category="bags", text="leather"),
    ]
    filters = Filters(in_stock_only=True)
    together = tiny_recommender.complements_of_each(
        [
            ComplementsQuestion(context=context, slot=slot, k=7, filters=filters)
            for context, slot in zip(contexts, slots, strict=True)
        ]
    )
    for context, slot, answers in zip(contexts, slots, together, strict=True):
        assert_same(answers, tiny_recommender.complements(context, slot, 7, filters))
    assert tiny_recommender.complements_of_each([]) == []


@pytest.fixture(scope="module")
def large(bundle: Bundle) -> Bundle:
    """80,000 random items of twelve categories, every eighth the double of another."""
    rng = np.random.default_rng(0)
    num = 80_000
    vectors = rng.normal(size=(num, bundle.vectors.shape[1])).astype(np.float32)
    doubles = np.arange(0, num, 8)
    vectors[doubles] = vectors[rng.integers(num, size=len(doubles))]
    known = bundle.items.unique("category", maintain_order=True)
    catalogue = known.select("category", "slot")[rng.integers(known.height, size=num)]
    items = (
        bundle.items.clear()
        .select(pl.exclude("category", "slot", "item_id", "price"))
        .clear(num)
        .with_columns(catalogue["category"], catalogue["slot"])
        .with_columns(
            item_id=pl.Series([f"n{number:05d}" for number in range(num)]),
            price=pl.Series(rng.uniform(0, 100, size=num)),
        )
        .select(bundle.items.columns)
    )
    order = items.with_row_index("row").sort("slot", "category", "row")["row"].to_numpy()
    return replace(bundle, items=items[order], vectors=vectors[order])


@pytest.mark.parametrize("k", [20, 300])
@pytest.mark.parametrize("category", ["shoes", "pumps"])
def test_complements_of_80k_items_are_those_of_a_scan(large, category, k) -> None:
    recommender = Recommender(large)
    context = large.items["item_id"].to_list()[::20_000]
    slot, filters = Slot(category=category), Filters(min_price=10.0, max_price=60.0)
    target = recommender.embed_target(context, slot)
    allowed = large.items.select(
        ((pl.col("category") == category) | (pl.col("slot") == category))
        & pl.col("price").is_between(10, 60)
        & ~pl.col("item_id").is_in(context)
    ).to_series()
    rows = allowed.arg_true().to_numpy()
    products = large.vectors[rows] @ target
    best = np.argsort(-products, kind="stable")[:k]
    names = large.items["item_id"].gather(rows[best].tolist()).to_list()
    assert_same(
        recommender.complements(context, slot, k, filters),
        [
            Complement(item_id=name, similarity=float(products[at]))
            for name, at in zip(names, best, strict=True)
        ],
    )
    assert len(rows) > k
