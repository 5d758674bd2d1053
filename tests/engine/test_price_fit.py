from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch

from data.dataset import Dataset
from engine.items import ItemFeatures
from engine.models.price_level import PriceLevel
from engine.price_fit import fit_price_level
from engine.training import prepare
from tests.engine.planted import PER_SIDE, tiny_config

MEANS = np.array([0.0, 2.0, 5.0])
BETWEEN, WITHIN = 0.8, 1.5
Planted = tuple[ItemFeatures, list[np.ndarray]]


def planted(number: int, *, between: float = BETWEEN) -> Planted:
    """Outfits of two to five items of categories 1 and 2, each item worn once."""
    rng = np.random.default_rng(0)
    sizes = rng.integers(2, 6, number)
    category = rng.integers(1, 3, sizes.sum())
    levels = np.repeat(rng.normal(0, between**0.5, number), sizes)
    prices = MEANS[category] + levels + rng.normal(0, WITHIN**0.5, len(category))
    features = ItemFeatures(
        category=torch.from_numpy(category),
        slot=torch.from_numpy(category),
        content=torch.zeros(len(category), 0),
        log_price=torch.from_numpy(prices.astype(np.float32)),
    )
    return features, np.split(np.arange(len(category)), np.cumsum(sizes)[:-1])


def fitted(features: ItemFeatures, *choices: list[np.ndarray]) -> PriceLevel:
    level = PriceLevel(4)
    fit_price_level(level, features, *choices)
    return level


def test_it_finds_the_means_and_variances_that_prices_were_drawn_with() -> None:
    level = fitted(*planted(4000))
    assert level.mean[1:3].tolist() == pytest.approx([2, 5], abs=0.1)
    assert level.between.item() == pytest.approx(BETWEEN, rel=0.1)
    assert level.within.item() == pytest.approx(WITHIN, rel=0.05)


def test_a_category_without_prices_has_the_mean_of_all() -> None:
    features, outfits = planted(400)
    level = fitted(features, outfits)
    assert level.mean[3].item() == pytest.approx(features.log_prices.mean().item(), abs=1e-4)


def test_prices_of_no_common_level_tell_next_to_nothing() -> None:
    features, outfits = planted(2000, between=0.0)
    level = fitted(features, outfits)
    assert level.between.item() < 0.03


def test_unknown_prices_and_outfits_of_fewer_than_two_have_no_say() -> None:
    features, outfits = planted(400)
    level = fitted(features, outfits)
    more = ItemFeatures(
        category=torch.cat([features.category, torch.tensor([1, 1, 2])]),
        slot=torch.cat([features.slot, torch.tensor([1, 1, 2])]),
        content=torch.zeros(len(features) + 3, 0),
        log_price=torch.cat([features.log_prices, torch.tensor([99.0, torch.nan, 99.0])]),
    )
    last = len(features)
    extra = [np.array([last, last + 1]), np.array([last + 2])]
    again = fitted(more, outfits + extra)
    assert all(a.equal(b) for a, b in zip(level.buffers(), again.buffers(), strict=True))


def test_the_first_outfits_of_which_enough_have_prices_decide() -> None:
    features, outfits = planted(400)
    by_second = fitted(features, outfits[:50], outfits)
    assert by_second.between.equal(fitted(features, outfits).between)
    by_first = fitted(features, outfits[:200], outfits)
    assert not by_first.between.equal(by_second.between)
    assert fitted(features, outfits[:50]).between == 0


def test_preparing_a_model_fits_its_price_level_unless_prices_are_left_out(
    planted: Dataset,
) -> None:
    costly = (pl.int_range(pl.len()) // PER_SIDE) % 2 == 1
    price = pl.when(costly).then(900.0).otherwise(30.0)
    dataset = replace(planted, items=planted.items.with_columns(price=price))
    config = tiny_config("mean-pool")
    read, _ = prepare(dataset, config)
    left_out, _ = prepare(dataset, replace(config, model=replace(config.model, prices=False)))
    assert read.model.price_level.between > 1
    assert left_out.model.price_level.between == 0
