import numpy as np
import polars as pl
import pytest

from engine import item_facts
from engine.item_facts import Facts, ItemFacts
from engine.requests import Filters


def table(num: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "price": [None if row % 5 == 4 else float(row) for row in range(num)],
            "availability": [
                ["in_stock", "out_of_stock", "preorder", None][row % 4] for row in range(num)
            ],
        },
        schema={"price": pl.Float64, "availability": pl.String},
    )


def some(rng: np.random.Generator, num: int) -> Facts:
    return Facts(
        price=rng.uniform(0, 9, size=num),
        in_stock=rng.random(num) < 0.5,
        present=rng.random(num) < 0.5,
    )


def assert_equal(one: Facts, other: Facts) -> None:
    np.testing.assert_array_equal(one.price, other.price)
    np.testing.assert_array_equal(one.in_stock, other.in_stock)
    np.testing.assert_array_equal(one.present, other.present)


@pytest.mark.parametrize("max_changed", [3, 1000])
def test_changed_facts_are_those_of_arrays_that_are_written_to(monkeypatch, max_changed) -> None:
    monkeypatch.setattr(item_facts, "MAX_CHANGED", max_changed)
    rng = np.random.default_rng(0)
    facts, plain = ItemFacts.of(table(50)), Facts.of(table(50))
    for _ in range(40):
        rows = rng.choice(50, size=rng.integers(1, 5), replace=False)
        change = some(rng, len(rows))
        earlier, before = facts, plain
        facts, plain = facts.put(rows, change), plain.put(rows, change)
        asked = np.sort(rng.choice(50, size=rng.integers(0, 50), replace=False))
        start = int(rng.integers(0, 40))
        for wanted in (asked, np.arange(start, start + 10), np.arange(50)):
            assert_equal(facts.at(wanted), plain.take(wanted))
            assert_equal(earlier.at(wanted), before.take(wanted))


@pytest.mark.parametrize("max_changed", [3, 1000])
def test_rows_of_which_nothing_is_known_to_be_gone_are_not_looked_at(
    monkeypatch, max_changed
) -> None:
    monkeypatch.setattr(item_facts, "MAX_CHANGED", max_changed)
    rng = np.random.default_rng(0)
    facts, plain = ItemFacts.of(table(50)), Facts.of(table(50))
    everything, stocked = Filters(), Filters(in_stock_only=True)
    assert facts.passing(np.arange(50), everything) is None
    for _ in range(9):
        rows = rng.choice(20, size=2, replace=False)
        change = some(rng, 2)
        facts, plain = facts.put(rows, change), plain.put(rows, change)
        for asked in (np.arange(20), np.arange(10, 40), np.arange(30, 50), np.arange(0)):
            for filters in (everything, stocked):
                passing, there = facts.passing(asked, filters), plain.take(asked)
                expected = there.passing(filters)
                np.testing.assert_array_equal(expected if passing is None else passing, expected)
                assert passing is not None or expected.all()
    untouched = facts.passing(np.arange(30, 50), everything)
    assert (untouched is None) == bool(facts.all_there)


def test_a_change_shares_what_it_does_not_touch() -> None:
    facts = ItemFacts.of(table(50))
    change = some(np.random.default_rng(0), 1)
    changed = facts.put(np.array([7]), change)
    assert changed.settled is facts.settled
    assert np.shares_memory(changed.at(np.arange(10, 20)).price, facts.settled.price)


def test_limits_hold_at_their_ends_and_the_unknown_passes_none() -> None:
    facts = Facts.of(table(12))
    limits = Filters(min_price=2.0, max_price=5.0)
    assert np.flatnonzero(facts.passing(limits)).tolist() == [2, 3, 5]
    assert np.flatnonzero(facts.passing(Filters(in_stock_only=True))).tolist() == [0, 4, 8]
    both = Filters(min_price=1.0, in_stock_only=True)
    assert np.flatnonzero(facts.passing(both)).tolist() == [8]
    assert facts.passing(Filters()).all()
    assert not Facts.of(table(0)).passing(Filters()).any()
