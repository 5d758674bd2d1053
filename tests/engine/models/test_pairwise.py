import itertools

import torch

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems
from engine.models.pairwise import PairInteraction
from tests.engine.planted import shaken

VECTORS = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(0))
CATEGORY = torch.tensor([[1, 2, 0, 1]])
MASK = torch.tensor([[True, True, False, True]])


def items(category: torch.Tensor = CATEGORY, mask: torch.Tensor = MASK) -> PlacedItems:
    return PlacedItems(
        category=category, slot=category, vectors=VECTORS * mask[..., None], mask=mask
    )


def interaction() -> PairInteraction:
    built = PairInteraction(dim=3, width=4, num_categories=3, dropout=0.0)
    return shaken(built).eval()


@torch.no_grad()
def test_the_logit_is_the_mean_over_pairs_of_gated_products_and_differences() -> None:
    model = interaction()
    met = [
        model.meet(VECTORS[0, at]) * 3**0.5 * (1 + model.gate.weight[CATEGORY[0, at]])
        for at in (0, 1, 3)
    ]
    expected = [
        model.pair(torch.cat([first * second, (first - second).abs()]))
        for first, second in itertools.combinations(met, 2)
    ]
    torch.testing.assert_close(model.logit(items()), torch.stack(expected).mean(0))


@torch.no_grad()
def test_the_target_is_the_mean_of_the_context_seen_from_the_wanted_category() -> None:
    model = interaction()
    wanted = ItemTokens(
        category=torch.tensor([2]), slot=torch.tensor([5]), vectors=torch.zeros(1, 3)
    )
    met = [
        model.meet(VECTORS[0, at]) * 3**0.5 * (1 + model.gate.weight[CATEGORY[0, at]])
        for at in (0, 1, 3)
    ]
    seen = torch.stack(met).mean(0) * (1 + model.target_gate.weight[2])
    torch.testing.assert_close(model.target(items(), wanted), model.shift(seen)[None])


@torch.no_grad()
def test_three_items_are_judged_by_their_pairs_alone() -> None:
    """The logit of three is the mean of the logits of its pairs: no third-order rule fits."""
    model = interaction()
    pairs = []
    for missing in (0, 1, 3):
        mask = MASK.clone()
        mask[0, missing] = False
        pairs.append(model.logit(items(mask=mask)))
    torch.testing.assert_close(model.logit(items()), torch.stack(pairs).mean(0))
