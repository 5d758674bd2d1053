import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.items import ItemFeatures
from engine.negatives import NegativeSampler, presence_code
from engine.objective_config import Near

WIDTHS = [2, 1]


def features(codes: list[int], categories: list[int]) -> ItemFeatures:
    """Items whose modalities are present as the two bits of their code say."""
    content = torch.tensor([[0.6, 0.8, 1.0]] * len(codes))
    bits = torch.tensor([[code >> 1 & 1, code >> 1 & 1, code & 1] for code in codes])
    return ItemFeatures(
        category=torch.tensor(categories),
        slot=torch.zeros(len(codes), dtype=torch.int64),
        content=content * bits,
    )


def sampler(outfits: list[list[int]], of: ItemFeatures) -> NegativeSampler:
    return NegativeSampler([np.array(outfit) for outfit in outfits], of, WIDTHS)


def draw(
    from_: NegativeSampler, row: int, *, same: bool, seed: int = 0, meaning: Near = "category"
) -> Counter[int]:
    drawn = from_.draw(
        torch.full((4000,), row),
        torch.full((4000,), fill_value=same),
        torch.Generator().manual_seed(seed),
        meaning=meaning,
    )
    return Counter(drawn.tolist())


def test_the_presence_code_has_a_bit_a_modality() -> None:
    codes = [0, 1, 2, 3, 3]
    assert presence_code(features(codes, [0] * 5), WIDTHS).tolist() == codes


def test_a_modality_whose_first_number_is_zero_is_still_present() -> None:
    item = ItemFeatures(
        category=torch.zeros(1, dtype=torch.int64),
        slot=torch.zeros(1, dtype=torch.int64),
        content=torch.tensor([[0.0, 1.0, 0.0]]),
    )
    assert presence_code(item, WIDTHS).tolist() == [2]


def test_stand_ins_of_the_same_category_are_drawn_as_often_as_they_are_worn() -> None:
    of = features([3] * 6, [1, 1, 1, 2, 2, 1])
    drawn = draw(sampler([[0, 3], [0, 4], [0, 1], [2, 3]], of), 1, same=True)
    assert set(drawn) == {0, 1, 2}
    assert drawn[0] / 4000 == pytest.approx(3 / 5, abs=0.03)
    assert drawn[1] / 4000 == pytest.approx(1 / 5, abs=0.03)


def test_stand_ins_of_any_category_are_drawn_as_often_as_they_are_worn() -> None:
    of = features([3] * 5, [1, 1, 2, 2, 3])
    drawn = draw(sampler([[0, 2], [0, 3], [0, 2]], of), 1, same=False)
    assert set(drawn) == {0, 2, 3}
    assert drawn[0] / 4000 == pytest.approx(1 / 2, abs=0.03)
    assert drawn[3] / 4000 == pytest.approx(1 / 6, abs=0.03)


def test_an_item_in_no_training_outfit_is_never_drawn() -> None:
    of = features([3] * 4, [1] * 4)
    outfits = sampler([[0, 1]], of)
    for same in (True, False):
        assert set(draw(outfits, 3, same=same)) == {0, 1}


def test_an_item_that_no_other_can_stand_in_for_stands_for_itself() -> None:
    of = features([3, 3, 1], [1, 2, 3])
    outfits = sampler([[0, 1]], of)
    assert set(draw(outfits, 2, same=True)) == {2}
    assert set(draw(outfits, 2, same=False)) == {2}
    assert set(draw(outfits, 0, same=True)) == {0}


@given(
    codes=st.lists(st.integers(0, 3), min_size=4, max_size=12),
    categories=st.lists(st.integers(0, 3), min_size=12, max_size=12),
    worn=st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=4), min_size=1, max_size=5),
    seed=st.integers(0, 99),
)
def test_stand_ins_have_the_modalities_and_where_asked_the_category_of_what_they_replace(
    codes, categories, worn, seed
) -> None:
    of = features(codes, categories[: len(codes)])
    outfits = sampler(worn, of)
    generator = torch.Generator().manual_seed(seed)
    rows = torch.arange(len(codes))[:, None].expand(-1, 30)
    same = torch.rand(rows.shape, generator=generator) < 0.5
    drawn = outfits.draw(rows, same, generator)
    code = presence_code(of, WIDTHS)
    assert code[drawn].equal(code[rows])
    assert of.category[drawn[same]].equal(of.category[rows[same]])
    worn_rows = {row for outfit in worn for row in outfit}
    foreign = drawn != rows
    assert set(drawn[foreign].tolist()) <= worn_rows


def test_each_place_asks_for_itself() -> None:
    of = features([3] * 4, [1, 1, 2, 2])
    rows = torch.tensor([[0, 2]] * 500)
    same = torch.tensor([[True, False]] * 500)
    drawn = sampler([[0, 2], [1, 3]], of).draw(rows, same, torch.Generator().manual_seed(0))
    assert set(drawn[:, 0].tolist()) == {0, 1}
    assert set(drawn[:, 1].tolist()) == {0, 1, 2, 3}


def test_the_generator_decides() -> None:
    outfits = sampler([[0, 1], [2, 3]], features([3] * 4, [1] * 4))
    assert draw(outfits, 0, same=True, seed=1) == draw(outfits, 0, same=True, seed=1)
    assert draw(outfits, 0, same=True, seed=1) != draw(outfits, 0, same=True, seed=2)


def test_stand_ins_of_the_same_slot_may_be_of_another_category() -> None:
    of = replace(features([3] * 5, [1, 2, 3, 1, 2]), slot=torch.tensor([1, 1, 2, 2, 1]))
    drawn = draw(sampler([[0, 2], [1, 3], [0, 4]], of), 4, same=True, meaning="slot")
    assert set(drawn) == {0, 1, 4}
    assert drawn[0] / 4000 == pytest.approx(1 / 2, abs=0.03)


def test_the_band_holds_neither_the_like_nor_the_opposite_of_an_item() -> None:
    """Of a hundred items on a half circle, drawn for the first: similarity falls with the row."""
    angle = torch.linspace(0, math.pi, 100)
    of = ItemFeatures(
        category=torch.tensor([1] * 100 + [2]),
        slot=torch.zeros(101, dtype=torch.int64),
        content=torch.cat([torch.stack([angle.cos(), angle.sin()], dim=1), torch.ones(1, 2)]),
    )
    outfits = NegativeSampler([np.arange(101)], of, [2])
    drawn = draw(outfits, 0, same=True, meaning="band")
    assert 100 not in drawn
    rows = torch.tensor(list(drawn.elements())).float()
    assert rows.quantile(0.05) > 5
    assert rows.quantile(0.95) < 60
    assert rows.mean().item() == pytest.approx(100 * 3 / 11, abs=2)
    middle = torch.tensor(list(draw(outfits, 50, same=True, meaning="band").elements()))
    apart = (middle - 50).abs().float()
    assert apart.mean().item() == pytest.approx(100 * 3 / 22, abs=2)


def test_rows_of_the_catalogue_are_worn_items_each_as_often() -> None:
    outfits = sampler([[0, 1], [0, 2], [0, 1]], features([3] * 4, [1] * 4))
    drawn = Counter(outfits.draw_catalogue(3000, torch.Generator().manual_seed(0)).tolist())
    assert set(drawn) == {0, 1, 2}
    assert all(count / 3000 == pytest.approx(1 / 3, abs=0.03) for count in drawn.values())
