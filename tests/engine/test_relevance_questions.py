import numpy as np
import pytest
import torch

from data.dataset import Dataset
from engine.frozen_model import FrozenModel
from engine.relevance_questions import ROUNDS, RelevanceQuestions, draw_questions
from engine.training import Trained, prepare
from tests.engine.planted import tiny_config


@pytest.fixture(scope="module")
def trained(planted: Dataset) -> Trained:
    return prepare(planted, tiny_config("mean-pool"))[0]


@pytest.fixture(scope="module")
def frozen(trained: Trained) -> FrozenModel:
    return FrozenModel.of(trained.model.eval(), trained.preparation, trained.features)


def draw(frozen: FrozenModel, outfits, most: int = 200, seed: int = 0) -> RelevanceQuestions:
    return draw_questions(frozen, outfits, num_stand_ins=5, most=most, seed=seed)


def test_queries_are_as_many_as_asked_and_some_rounds_of_the_outfits_at_most(
    frozen, planted
) -> None:
    outfits = planted.outfit_rows("valid")
    assert len(draw(frozen, outfits)) == 200
    assert len(draw(frozen, outfits[:3])) == 3 * ROUNDS


def test_every_kind_of_wish_is_drawn(frozen, planted) -> None:
    wanted = draw(frozen, planted.outfit_rows("valid")).wanted
    by_slot = (wanted.category == 0).float().mean()
    worded = (wanted.vectors != 0).any(1).float().mean()
    assert 0.1 < by_slot < 0.4
    assert 0.1 < worded < 0.4
    assert (wanted.slot > 0).all()


@torch.no_grad()
def test_similarities_are_those_of_the_target_and_of_items_of_the_wanted_kind(
    frozen,
) -> None:
    """One outfit of two rows: the blank is known by its category."""
    drawn = draw(frozen, [np.array([3, 33])])
    tokens = frozen.model.encode(frozen.features)
    for number in range(len(drawn)):
        slot = int(drawn.wanted.slot[number])
        worn = next(row for row in (3, 33) if int(frozen.features.slot[row]) == slot)
        products = tokens.vectors @ drawn.targets[number]
        found = drawn.similarities[number]
        assert found[0] == pytest.approx(float(products[worn]), abs=1e-5)
        pool = products[frozen.features.slot == slot]
        assert all(torch.isclose(pool, each, atol=1e-5).any() for each in found[1:])


def test_an_item_of_the_outfit_is_no_stand_in(frozen) -> None:
    """The wanted category holds 30 items, so that 5 stand-ins of 8 queries rarely miss them all."""
    outfit = np.arange(0, 28)
    drawn = draw(frozen, [outfit] * 10, most=80)
    assert drawn.valid[:, 0].all()
    assert drawn.valid[:, 1:].float().mean() < 0.3
    assert drawn.valid[:, 1:].any(1).all()


def test_the_same_seed_draws_the_same_and_another_does_not(frozen, planted) -> None:
    outfits = planted.outfit_rows("valid")
    first = draw(frozen, outfits)
    assert first.similarities.equal(draw(frozen, outfits).similarities)
    assert not first.similarities.equal(draw(frozen, outfits, seed=1).similarities)


def test_outfits_of_one_item_are_refused(frozen) -> None:
    with pytest.raises(ValueError, match="two items or more"):
        draw(frozen, [np.array([3])])
