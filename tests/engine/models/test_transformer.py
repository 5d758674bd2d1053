import pytest
import torch

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems
from engine.models.transformer import OutfitTransformer
from tests.engine.planted import shaken

BIT = torch.tensor([[-1.0], [1.0]])


@pytest.fixture
def transformer() -> OutfitTransformer:
    torch.manual_seed(0)
    built = OutfitTransformer(
        widths=[1], width=16, layers=2, heads=2, num_categories=3, num_slots=3, dropout=0.0
    )
    return shaken(built).eval()


def outfits(bits: torch.Tensor) -> PlacedItems:
    place = torch.ones_like(bits)
    return PlacedItems(category=place, slot=place, vectors=BIT[bits], mask=place.to(torch.bool))


def wanted(category: int = 1, coarse: int = 1, vector: float = 0.0) -> ItemTokens:
    return ItemTokens(
        category=torch.tensor([category]),
        slot=torch.tensor([coarse]),
        vectors=torch.tensor([[vector]]),
    )


@torch.no_grad()
def test_three_items_are_not_judged_by_their_pairs_alone(transformer) -> None:
    def logit(*bits: int) -> float:
        return float(transformer.logit(outfits(torch.tensor([bits]))))

    triple = logit(0, 1, 1)
    assert triple != pytest.approx((logit(0, 1) + logit(0, 1) + logit(1, 1)) / 3, abs=1e-3)


@torch.no_grad()
def test_category_and_slot_of_each_item_count(transformer) -> None:
    plain = outfits(torch.tensor([[0, 1]]))
    for field in ("category", "slot"):
        parts = {name: getattr(plain, name) for name in ("category", "slot", "vectors", "mask")}
        other = PlacedItems(**parts | {field: torch.tensor([[2, 1]])})
        assert (transformer.logit(plain) - transformer.logit(other)).abs() > 1e-3


@torch.no_grad()
def test_the_target_token_carries_category_slot_and_description(transformer) -> None:
    context = outfits(torch.tensor([[0, 1]]))
    plain = transformer.target(context, wanted())
    for other in (wanted(category=2), wanted(coarse=2), wanted(vector=1.0)):
        assert (plain - transformer.target(context, other)).norm() > 1e-3
