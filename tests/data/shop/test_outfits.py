from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from data.errors import InputError
from data.shop.generator import Shop
from data.shop.outfits import EVEN, EXTRAS, Stock, draw_outfits, without_clash
from data.shop.taste import ROLES, Truth, planted_logit

Outfit = tuple[int, ...]


@pytest.fixture(scope="module")
def outfits(shop: Shop) -> list[Outfit]:
    return [outfit for split in shop.splits.values() for outfit in split]


def test_no_outfit_breaks_a_rule(shop: Shop, outfits: list[Outfit]) -> None:
    assert {planted_logit(shop.truth, outfit) for outfit in outfits} == {4.0}


def test_an_outfit_has_a_core_and_each_slot_once(shop: Shop, outfits: list[Outfit]) -> None:
    slots = [[shop.asker.stock.slots[row] for row in outfit] for outfit in outfits]

    assert all(len(set(worn)) == len(worn) for worn in slots)
    assert {tuple(s for s in worn if s not in EXTRAS) for worn in slots} == {
        ROLES,
        ("all-body", "shoes"),
    }


def test_no_statement_bit_and_no_pair_of_them_tells_anything(
    shop: Shop, outfits: list[Outfit]
) -> None:
    bits = [statement_bits(shop.truth, outfit) for outfit in outfits]
    seen = Counter(triple for triple in bits if len(triple) == len(ROLES))

    assert set(seen) == set(EVEN)
    assert max(seen.values()) - min(seen.values()) <= 1
    for one, other in combinations(range(len(ROLES)), 2):
        pairs = Counter[tuple[bool, bool]]()
        for triple, count in seen.items():
            pairs[triple[one], triple[other]] += count
        assert len(pairs) == 4
        assert max(pairs.values()) - min(pairs.values()) <= 1


def test_popular_items_are_worn_more_often(shop: Shop, outfits: list[Outfit]) -> None:
    worn = np.bincount(np.concatenate(outfits), minlength=len(shop.pieces))
    ranked = worn[np.argsort(-shop.asker.stock.demand)]

    assert ranked[:100].sum() > 2 * ranked[-100:].sum()


def test_what_clashes_with_any_chosen_item_is_left_out(truth: Truth) -> None:
    pool = np.arange(50)

    kept = without_clash(truth, pool, [100, 101])

    for row in pool.tolist():
        alone = [planted_logit(truth, [row, other]) == 4 for other in (100, 101)]
        assert (row in kept) == all(alone)
    assert np.array_equal(without_clash(truth, pool, []), pool)


def test_a_catalogue_without_shoes_is_refused(truth: Truth) -> None:
    slots = np.full(len(truth.style), "tops")
    stock = Stock(truth=truth, slots=slots, demand=np.ones(len(slots)))

    with pytest.raises(InputError, match="go together"):
        draw_outfits(stock, 1, np.random.default_rng(0))


def statement_bits(truth: Truth, outfit: Outfit) -> tuple[bool, ...]:
    by_role = {int(truth.role[row]): bool(truth.statement[row]) for row in outfit}
    return tuple(by_role[role] for role in range(len(ROLES)) if role in by_role)
