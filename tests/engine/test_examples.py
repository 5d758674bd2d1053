from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.examples import CATALOGUE_ROWS, Example, draw_example
from engine.items import ItemFeatures
from engine.negatives import NegativeSampler
from engine.objective_config import ObjectiveConfig
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


def draw(features: ItemFeatures, seed: int = 0, repeat: int = 1, **config: float | str) -> Example:
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
    first, again, other = (draw(features, seed, negatives="catalogue") for seed in (1, 1, 2))
    for field in ("blank", "candidates", "valid", "described", "coarse", "catalogue"):
        assert getattr(first, field).equal(getattr(again, field))
    assert first.broken.rows.equal(again.broken.rows)
    assert not first.candidates.equal(other.candidates)


def test_an_example_moves_whole(features) -> None:
    moved = draw(features).to(torch.device("meta"))
    parts = (moved.blank, moved.candidates, moved.valid, moved.described, moved.coarse)
    parts = (*parts, moved.catalogue)
    batches = (moved.outfits, moved.broken)
    assert all(part.is_meta for part in parts)
    assert all(batch.rows.is_meta and batch.mask.is_meta for batch in batches)


def test_parts_of_an_example_are_its_outfits_with_the_whole_catalogue(features) -> None:
    example = draw(features, repeat=3, negatives="catalogue")
    parts = [example.part(slice(0, 5)), example.part(slice(5, None))]
    for field in ("blank", "candidates", "valid", "described", "coarse"):
        joined = torch.cat([getattr(part, field) for part in parts])
        assert joined.equal(getattr(example, field))
    for field in ("outfits", "broken"):
        joined = torch.cat([getattr(part, field).rows for part in parts])
        assert joined.equal(getattr(example, field).rows)
        assert len(getattr(parts[0], field).mask) == 5
    assert all(part.catalogue.equal(example.catalogue) for part in parts)


def test_only_where_targets_are_told_from_the_catalogue_are_rows_of_it_drawn(features) -> None:
    rows = draw(features, negatives="catalogue").catalogue
    assert len(rows) == CATALOGUE_ROWS
    counts = torch.bincount(rows, minlength=10)
    assert (counts / CATALOGUE_ROWS).tolist() == pytest.approx([0.1] * 10, abs=0.04)
    assert len(draw(features, negatives="in-batch").catalogue) == 0


def test_near_means_what_the_config_says(features) -> None:
    features = replace(features, slot=torch.tensor([1, 1, 1, 1, 1, 1, 1, 1, 3, 3]))
    example = draw(features, repeat=200, same_category=1.0, near="slot")
    drawn, answer = example.candidates[:, 1:], example.candidates[:, :1]
    assert features.slot[drawn].equal(features.slot[answer].expand_as(drawn))
    assert (CATEGORIES[drawn] != CATEGORIES[answer]).any()
    rows, mask = example.outfits.rows, example.outfits.mask
    assert features.slot[example.broken.rows][mask].equal(features.slot[rows][mask])
