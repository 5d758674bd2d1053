import numpy as np
import pytest
import torch

from engine.chance_fit import fit_chance
from engine.items import ItemFeatures, ItemTokens
from engine.models.category_prior import CategoryPrior
from engine.models.chance import Chance
from engine.models.mean_pool import MeanPool
from engine.models.outfit_model import OutfitModel
from engine.models.price_level import PriceLevel
from engine.models.tower import ItemTower
from engine.negatives import NegativeSampler
from graph.outfits import pad_outfits

PER_CATEGORY = 40


@pytest.fixture(scope="module")
def fitted() -> tuple[OutfitModel, ItemTokens]:
    """Items of category 1 are all alike; those of category 2 are alike or opposite by chance."""
    rng = np.random.default_rng(0)
    sign = np.concatenate([np.ones(PER_CATEGORY), rng.choice([-1.0, 1.0], PER_CATEGORY)])
    vectors = torch.tensor(sign[:, None] * [[1.0, 0.0]], dtype=torch.float32)
    category = torch.repeat_interleave(torch.tensor([1, 2]), PER_CATEGORY)
    features = ItemFeatures(category=category, slot=category, content=vectors)
    model = OutfitModel(
        tower=ItemTower({"look": 2}, modality_dropout=0.0, dropout=0.0),
        prior=CategoryPrior(torch.zeros(3, 3)),
        price_level=PriceLevel(3),
        chance=Chance(3),
        interaction=MeanPool(dim=2, hidden=4, dropout=0.0),
    )
    outfits = [
        np.sort(rng.choice(PER_CATEGORY, 3, replace=False)) + PER_CATEGORY * (number % 2)
        for number in range(400)
    ]
    with torch.no_grad():
        tokens = model.eval().encode(features)
    fit_chance(model, tokens, outfits, NegativeSampler(outfits, features, [2]), seed=0)
    return model, tokens


@torch.no_grad()
def test_what_is_alike_by_chance_counts_no_more_than_what_differs_by_chance(fitted) -> None:
    model, tokens = fitted
    alike = pad_outfits([[0, 1, 2], [3, 9, 20]])
    rng = np.random.default_rng(1)
    mixed = pad_outfits(
        [PER_CATEGORY + rng.choice(PER_CATEGORY, 3, replace=False) for _ in range(300)]
    )
    logits = [model.judge(tokens, batch).compatibility for batch in (alike, mixed)]
    spread = model.chance.spread
    assert ((logits[0].mean() - logits[1].mean()) / spread).abs() < 0.5
    raw = torch.tensor([model.log_temperature.exp() * 1.0])
    assert raw / spread > 1


def test_it_is_held_fixed(fitted) -> None:
    model, _ = fitted
    assert not model.chance.training
    assert not any(parameter.requires_grad for parameter in model.chance.parameters())
