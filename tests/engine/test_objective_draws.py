from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.items import ItemFeatures
from engine.negatives import NegativeSampler
from engine.objective import (
    Example,
    ObjectiveConfig,
    draw_example,
)
from graph.outfits import pad_outfits

OUTFITS = [[0, 4, 8], [1, 5], [2, 6, 9, 3], [7, 1]]
CATEGORIES = torch.tensor([1, 1, 1, 1, 2, 2, 2, 2, 3, 3])


@pytest.fixture
def features() -> ItemFeatures:
    content = torch.randn(10, 4, generator=torch.Generator().manual_seed(0))
    return ItemFeatures(
        category=CATEGORIES,
        slot=CATEGORIES,
        content=torch.nn.functional.normalize(content, dim=1),
    )


def draw(features: ItemFeatures, seed: int = 0, repeat: int = 1, **config: float) -> Example:
    sampler = NegativeSampler([np.array(outfit) for outfit in OUTFITS], features, [4])
    return draw_example(
        pad_outfits(OUTFITS * repeat),
        sampler,
        replace(ObjectiveConfig(), **config),
        torch.Generator().manual_seed(seed),
    )


def test_the_blank_is_an_item_of_the_outfit_each_equally_often(features) -> None:
    example = draw(features, repeat=1000)
    assert example.outfits.mask.gather(1, example.blank[:, None]).all()
    for number, outfit in enumerate(OUTFITS):
        counts = torch.bincount(example.blank[number::4], minlength=4) / 1000
        assert counts.tolist() == pytest.approx(
            [1 / len(outfit)] * len(outfit) + [0] * (4 - len(outfit)), abs=0.05
        )


def test_candidates_begin_with_the_item_at_the_blank(features) -> None:
    example = draw(features, repeat=10, num_negatives=6)
    assert example.candidates.shape == (40, 7)
    answer = example.outfits.rows.gather(1, example.blank[:, None])[:, 0]
    assert example.candidates[:, 0].equal(answer)


def test_a_stand_in_that_is_the_item_itself_is_not_valid(features) -> None:
    example = draw(features, repeat=50)
    assert example.valid[:, 0].all()
    itself = example.candidates[:, 1:] == example.candidates[:, :1]
    assert example.valid[:, 1:].equal(~itself)
    assert itself.any()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_share_of_stand_ins_of_the_same_category_is_that_of_the_config(features, share) -> None:
    example = draw(features, repeat=500, same_category=share)
    same = CATEGORIES[example.candidates[:, 1:]] == CATEGORIES[example.candidates[:, :1]]
    worn = torch.bincount(CATEGORIES[torch.tensor([row for o in OUTFITS for row in o])]) / 11
    by_chance = worn[CATEGORIES[example.candidates[:, 0]]].mean().item()
    assert same.float().mean().item() == pytest.approx(share + (1 - share) * by_chance, abs=0.03)


def test_a_broken_outfit_is_of_one_kind_as_a_whole(features) -> None:
    example = draw(features, repeat=500, same_category=0.5)
    rows, mask = example.outfits.rows, example.outfits.mask
    kept = (CATEGORIES[example.broken.rows] == CATEGORIES[rows]) | ~mask
    long = mask.sum(1) == 4
    share = kept[long].all(1).float().mean().item()
    assert share == pytest.approx(0.5 + 0.5 * (4 / 11) ** 4, abs=0.06)
    assert example.broken.mask.equal(mask)
    assert not example.broken.rows[~mask].any()


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_share_of_targets_with_a_description_is_that_of_the_config(features, share) -> None:
    described = draw(features, repeat=500, slot_text=share).described
    assert described.float().mean().item() == pytest.approx(share, abs=0.04)


@pytest.mark.parametrize(("share", "found"), [(0.0, 0.0), (0.3, 0.3), (1.0, 0.8)])
def test_coarse_wishes_are_drawn_among_those_without_a_description(features, share, found) -> None:
    example = draw(features, repeat=500, slot_text=0.2, coarse=share)
    assert example.coarse.float().mean().item() == pytest.approx(found, abs=0.04)
    assert not (example.coarse & example.described).any()


def test_the_generator_decides_every_draw(features) -> None:
    first, again, other = (draw(features, seed) for seed in (1, 1, 2))
    for field in ("blank", "candidates", "valid", "described", "coarse"):
        assert getattr(first, field).equal(getattr(again, field))
    assert first.broken.rows.equal(again.broken.rows)
    assert not first.candidates.equal(other.candidates)


def test_an_example_moves_whole(features) -> None:
    moved = draw(features).to(torch.device("meta"))
    parts = (moved.blank, moved.candidates, moved.valid, moved.described, moved.coarse)
    batches = (moved.outfits, moved.broken)
    assert all(part.is_meta for part in parts)
    assert all(batch.rows.is_meta and batch.mask.is_meta for batch in batches)
