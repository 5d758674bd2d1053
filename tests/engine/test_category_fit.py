import copy

import numpy as np
import pytest
import torch

from engine.category_fit import fit_category_prior
from engine.items import ItemFeatures
from engine.models.category_prior import CategoryPrior
from graph.outfits import pad_outfits

PER_CATEGORY = 20
SETS = ((1, 2, 3), (1, 4, 5), (2, 4, 6), (3, 5, 6))
"""Categories of outfits: every two of them meet in at most one set."""

NEVER = ((1, 2, 4), (3, 5, 1), (6, 2, 3), (4, 5, 6))


@pytest.fixture
def features() -> ItemFeatures:
    category = torch.repeat_interleave(torch.arange(1, 7), PER_CATEGORY)
    return ItemFeatures(category=category, slot=category, content=torch.zeros(len(category), 0))


def outfits_of(sets: tuple[tuple[int, ...], ...], number: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [
        np.array([PER_CATEGORY * (each - 1) + rng.integers(PER_CATEGORY) for each in chosen])
        for chosen in (sets[rng.integers(len(sets))] for _ in range(number))
    ]


@torch.no_grad()
def logits(prior: CategoryPrior, features: ItemFeatures, outfits: list[np.ndarray]) -> torch.Tensor:
    batch = pad_outfits(outfits)
    return prior(features.category[batch.rows], features.slot[batch.rows], batch.mask)


def fitted(features: ItemFeatures, outfits: list[np.ndarray], *, seed: int = 0) -> CategoryPrior:
    torch.manual_seed(seed)
    prior = CategoryPrior(torch.zeros(7, 7))
    fit_category_prior(prior, features, outfits, seed=seed)
    return prior


def test_it_learns_what_the_counts_do_not_hold(features) -> None:
    """The table is zero, so all that tells sets from chance is learned."""
    prior = fitted(features, outfits_of(SETS, 4000))
    worn = logits(prior, features, outfits_of(SETS, 100))
    never = logits(prior, features, outfits_of(NEVER, 100))
    assert worn.mean() > never.mean() + 0.5


def test_it_is_held_fixed_and_the_same_seed_fits_the_same(features) -> None:
    outfits = outfits_of(SETS, 300)
    first, again, other = (fitted(features, outfits, seed=seed) for seed in (1, 1, 2))
    assert not first.training
    assert not any(parameter.requires_grad for parameter in first.parameters())
    assert all(a.equal(b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert not all(a.equal(b) for a, b in zip(first.parameters(), other.parameters(), strict=True))


def test_where_nothing_helps_on_held_out_outfits_the_prior_stays_as_it_was(features) -> None:
    rng = np.random.default_rng(3)
    chance = [rng.integers(len(features), size=3) for _ in range(40)]
    prior = CategoryPrior(torch.zeros(7, 7))
    with torch.no_grad():
        prior.scale.fill_(0.0)
    before = copy.deepcopy(prior.state_dict())
    fit_category_prior(prior, features, chance, seed=0)
    after = prior.state_dict()
    moved = max(float((after[name] - before[name]).abs().max()) for name in before)
    assert moved < 0.05
