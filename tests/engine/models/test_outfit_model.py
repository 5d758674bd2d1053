import math
from dataclasses import replace

import pytest
import torch

from engine.items import ItemTokens
from engine.models.category_prior import CategoryPrior
from engine.models.chance import Chance
from engine.models.mean_pool import MeanPool
from engine.models.outfit_model import OutfitModel, PlacedItems
from engine.models.price_level import PriceLevel
from engine.models.tower import ItemTower
from graph.outfits import OutfitBatch, pad_outfits

VECTORS = torch.tensor([[1.0, 0], [0, 1.0], [0.6, 0.8], [0, 0]])
PMI = torch.tensor([[0, 0, 0], [0, -4.0, 1.0], [0, 1.0, -4.0]])


@pytest.fixture
def tokens() -> ItemTokens:
    return ItemTokens(
        category=torch.tensor([1, 2, 2, 1]), slot=torch.tensor([1, 5, 5, 1]), vectors=VECTORS
    )


@pytest.fixture
def model() -> OutfitModel:
    """Untrained, so the interaction is silent; temperature 10, offset -1, prior as given."""
    model = OutfitModel(
        tower=ItemTower({"look": 2}, modality_dropout=0.0, dropout=0.0),
        prior=CategoryPrior(PMI),
        price_level=PriceLevel(3),
        chance=Chance(3),
        interaction=MeanPool(dim=2, hidden=4, dropout=0.0),
    )
    values = {
        model.log_temperature: math.log(10),
        model.offset: -1,
        model.prior.scale: 2,
        model.prior.offset: 0.25,
        model.outfit_scale: 3,
        model.outfit_offset: 0.5,
        model.choice_scale: 2,
        model.text_weight: 2,
    }
    with torch.no_grad():
        for parameter, value in values.items():
            parameter.fill_(value)
    return model.eval()


def log_sigmoid(x: float) -> float:
    return -math.log1p(math.exp(-x))


def test_logits_are_the_similarity_of_items_and_what_the_categories_say(model, tokens) -> None:
    logits = model.judge(tokens, pad_outfits([[0, 2]]))
    content = -1 + 10 * 0.6
    assert logits.compatibility.item() == pytest.approx(content + log_sigmoid(3 * 2.25 + 0.5))
    assert logits.choice.item() == pytest.approx(content + 2 * 2.25)


def test_similarity_is_the_mean_over_pairs_of_items_that_have_content(model, tokens) -> None:
    with_bare = model.judge(tokens, pad_outfits([[0, 1, 2, 3]])).choice.item()
    pmi = (1 + 1 - 4 - 4 + 1 + 1) / 6
    content = -1 + 10 * (0 + 0.6 + 0.8) / 3
    assert with_bare == pytest.approx(content + 2 * (2 * pmi + 0.25))


def test_implausible_categories_cost_an_outfit_in_full_and_plausible_ones_gain_little(
    model, tokens
) -> None:
    good, bad = model.judge(tokens, pad_outfits([[0, 1], [0, 3]])).compatibility.tolist()
    assert good == pytest.approx(-1 + log_sigmoid(7.25))
    assert bad == pytest.approx(-1 + log_sigmoid(-22.75))
    assert log_sigmoid(7.25) > -0.1
    assert log_sigmoid(-22.75) < -22.7


def test_an_outfit_of_one_or_none_has_the_logit_of_no_evidence(model, tokens) -> None:
    logits = model.judge(tokens, pad_outfits([[0], []]))
    assert logits.compatibility.tolist() == pytest.approx([-1 + log_sigmoid(1.25)] * 2)
    assert logits.choice.tolist() == pytest.approx([-0.5] * 2)


def test_prices_of_one_level_count_for_an_outfit_by_their_scale(model, tokens) -> None:
    model.price_level.between.fill_(2.0)
    priced = replace(tokens, log_price=torch.tensor([3.0, 3.0, -3.0, torch.nan]))
    batch = pad_outfits([[0, 1], [0, 2], [0, 3]])
    plain, told = model.judge(tokens, batch), model.judge(priced, batch)
    ratio = model.price_scale * model.price_level(
        priced.category[batch.rows], priced.log_price[batch.rows]
    )
    assert (ratio[0] > 0.2, ratio[1] < -0.2, ratio[2] == 0) == (True, True, True)
    torch.testing.assert_close(told.compatibility, plain.compatibility + ratio)
    torch.testing.assert_close(told.choice, plain.choice + ratio)


def test_the_target_is_the_direction_of_the_context_and_of_the_weighted_description(
    model, tokens
) -> None:
    wanted = ItemTokens(
        category=torch.tensor([2]), slot=torch.tensor([5]), vectors=torch.tensor([[0.0, 1.0]])
    )
    (target,) = model.embed_target(tokens, pad_outfits([[0, 2]]), wanted).tolist()
    start = torch.tensor([0.8, 0.4 + 2 * 1.0])
    assert target == pytest.approx((start / start.norm()).tolist())


def test_places_hold_what_the_rows_hold_and_zero_where_there_is_no_item(tokens) -> None:
    batch = OutfitBatch(rows=torch.tensor([[2, 0, 1]]), mask=torch.tensor([[True, False, True]]))
    items = PlacedItems.gather(tokens, batch)
    assert items.category.tolist() == [[2, 0, 2]]
    assert items.slot.tolist() == [[5, 0, 5]]
    torch.testing.assert_close(items.vectors, torch.tensor([[[0.6, 0.8], [0, 0], [0, 1.0]]]))
    assert items.mask.equal(batch.mask)


def test_training_leaves_the_fitted_prior_as_it_is(model) -> None:
    model.train()
    assert model.interaction.training
    assert not model.prior.training
    assert not any(parameter.requires_grad for parameter in model.prior.parameters())
