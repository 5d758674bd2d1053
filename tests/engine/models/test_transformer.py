import pytest
import torch

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems
from engine.models.transformer import EncoderConfig, OutfitTransformer
from tests.engine.planted import shaken

BIT = torch.tensor([[-1.0], [1.0]])


def build(**parts: bool) -> OutfitTransformer:
    config = EncoderConfig(width=16, layers=2, heads=2, dropout=0.0, **parts)
    built = OutfitTransformer(config, widths=[1], num_categories=3, num_slots=3)
    return shaken(built).eval()


@pytest.fixture
def transformer() -> OutfitTransformer:
    torch.manual_seed(0)
    return build()


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


@torch.no_grad()
def test_without_anova_nothing_is_read_beside_attention() -> None:
    torch.manual_seed(0)
    plain = build(anova=False)
    assert plain.interactions is None
    items = outfits(torch.tensor([[0, 1, 1]]))
    asked = plain.scorer(plain._ask(plain.outfit_token.expand(1, -1), items))[:, 0]
    assert plain.logit(items).equal(asked)
    assert any("interactions" in name for name, _ in build().named_parameters())


def biased() -> OutfitTransformer:
    torch.manual_seed(0)
    return build(attention_bias=True)


def placed(slot: torch.Tensor, vectors: torch.Tensor, mask: torch.Tensor) -> PlacedItems:
    return PlacedItems(category=slot, slot=slot, vectors=vectors * mask[..., None], mask=mask)


@torch.no_grad()
def test_with_a_bias_order_and_padding_still_make_no_difference() -> None:
    transformer = biased()
    vectors = torch.randn(1, 3, 1, generator=torch.Generator().manual_seed(0))
    slot, order, here = torch.tensor([[1, 2, 1]]), torch.tensor([2, 0, 1]), torch.ones(1, 3) > 0
    logit = transformer.logit(placed(slot, vectors, here))
    turned = placed(slot[:, order], vectors[:, order], here)
    padded = placed(
        torch.cat([slot, slot], 1), torch.cat([vectors] * 2, 1), torch.cat([here, ~here], 1)
    )
    for same in (turned, padded):
        torch.testing.assert_close(transformer.logit(same), logit, atol=1e-5, rtol=0)


@torch.no_grad()
def test_a_bias_that_is_zero_is_plain_attention_and_any_other_is_not() -> None:
    transformer = biased()
    items = outfits(torch.tensor([[0, 1, 1]]))
    logit = transformer.logit(items)
    torch.nn.init.zeros_(transformer.pair_bias.similarity)
    torch.nn.init.zeros_(transformer.pair_bias.slots.weight)
    zero = transformer.logit(items)
    transformer.pair_bias = None
    torch.testing.assert_close(transformer.logit(items), zero, atol=1e-5, rtol=0)
    assert (logit - zero).abs() > 1e-3


def test_a_bias_means_the_same_in_evaluation_as_in_training() -> None:
    transformer = biased()
    torch.nn.init.normal_(transformer.pair_bias.slots.weight)
    items = outfits(torch.tensor([[0, 1, 1], [1, 0, 1]]))
    trained = transformer.train().logit(items)
    with torch.no_grad():
        judged = transformer.eval().logit(items)
    torch.testing.assert_close(judged, trained, atol=1e-5, rtol=0)
