"""Values of sets that are known by construction, and every model."""

import itertools
import math

import numpy as np
import pytest
import torch

from engine.calibration import Temperature
from engine.explainer import Explainer
from engine.explanation import attribute
from engine.items import ItemTokens
from engine.models.build import MODELS
from engine.training import prepare
from graph.outfits import pad_outfits
from tests.engine.planted import shaken, tiny_config


def game(num_items: int, order: int, seed: int = 0):
    """A value of sets with an effect for every subset of up to `order` items."""
    rng = np.random.default_rng(seed)
    effects = {
        subset: float(rng.normal())
        for size in range(order + 1)
        for subset in itertools.combinations(range(num_items), size)
    }

    def value(subsets: np.ndarray) -> np.ndarray:
        return np.array(
            [
                sum(effect for subset, effect in effects.items() if row[list(subset)].all())
                for row in subsets
            ]
        )

    return value, effects


def total(found) -> float:
    alone = sum(item.alone for item in found.items)
    return alone + sum(pair.contribution for pair in found.pairs)


@pytest.mark.parametrize("num_items", [1, 2, 3, 5, 8, 9, 12])
def test_contributions_sum_to_what_they_claim(num_items: int) -> None:
    value, _ = game(num_items, 3)
    found = attribute(value, num_items)
    assert found.exact == (num_items <= 8)
    gained = found.logit - found.empty_logit
    assert found.logit == pytest.approx(value(np.ones((1, num_items), np.bool_)).item())
    assert sum(item.contribution for item in found.items) == pytest.approx(gained, abs=1e-9)
    assert total(found) == pytest.approx(gained, abs=1e-9)


@pytest.mark.parametrize("num_items", [4, 10])
def test_effects_of_items_and_pairs_are_told_apart(num_items: int) -> None:
    value, effects = game(num_items, 2)
    found = attribute(value, num_items)
    for at, item in enumerate(found.items):
        assert item.alone == pytest.approx(effects[at,])
    for pair in found.pairs:
        assert pair.contribution == pytest.approx(effects[pair.first, pair.second])


def test_an_effect_of_three_is_shared_by_their_pairs() -> None:
    found = attribute(lambda rows: rows[:, [0, 1, 2]].all(1).astype(float), 4)
    shared = {(p.first, p.second): p.contribution for p in found.pairs}
    for pair, contribution in shared.items():
        assert contribution == pytest.approx(1 / 3 if 3 not in pair else 0)


def test_contributions_are_shapley_values() -> None:
    """The mean, over all orders, of what an item adds to those before it."""
    num = 5
    value, _ = game(num, 5)
    shapley = np.zeros(num)
    for order in itertools.permutations(range(num)):
        rows = np.zeros((num + 1, num), np.bool_)
        for place, item in enumerate(order):
            rows[place + 1 :, item] = True
        shapley[list(order)] += np.diff(value(rows))
    expected = (shapley / math.factorial(num)).tolist()
    assert [item.contribution for item in attribute(value, num).items] == pytest.approx(expected)


def test_sampling_comes_near_the_exact_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    value, _ = game(6, 3)
    exact = [pair.contribution for pair in attribute(value, 6).pairs]
    monkeypatch.setattr("engine.explanation.EXACT_ITEMS", 3)
    sampled = attribute(value, 6, seed=0)
    assert not sampled.exact
    assert [pair.contribution for pair in sampled.pairs] == pytest.approx(exact, abs=0.6)
    assert sampled.pairs != attribute(value, 6, seed=1).pairs


def test_the_weakest_item_is_the_one_best_left_out() -> None:
    found = attribute(lambda rows: rows @ np.array([1.0, -2.0, 0.5]), 3)
    assert found.weakest == 1
    assert [item.left_out for item in found.items] == pytest.approx([1.0, -2.0, 0.5])


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_taken_apart_exactly(name, planted) -> None:
    trained, _ = prepare(planted, tiny_config(name))
    model = shaken(trained.model).eval()
    with torch.no_grad():
        tokens: ItemTokens = model.encode(trained.features)
    explainer = Explainer(
        model=model,
        calibrator=Temperature.plain(trained.preparation.num_parts),
        widths=trained.preparation.widths,
    )
    for rows in ([3, 33, 63, 10], [0, 31, 62, 5, 40, 70, 12, 44, 80], [29]):
        found = explainer.attribute(tokens.take(torch.tensor(rows)))
        (logit,), _ = explainer.judge(tokens, pad_outfits([rows]))
        assert found.logit == pytest.approx(logit, abs=1e-4)
        assert np.isfinite(found.empty_logit)
        assert found.empty_logit + total(found) == pytest.approx(logit, abs=1e-4)
        contributed = sum(item.contribution for item in found.items)
        assert found.empty_logit + contributed == pytest.approx(logit, abs=1e-4)
