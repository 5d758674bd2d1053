from itertools import combinations, product

import pytest
import torch
from torch.nn import functional

from engine.items import ItemTokens
from engine.models.attribute_interaction import AttributeInteraction
from engine.models.outfit_model import PlacedItems
from engine.models.zero import zero_last
from tests.engine.planted import shaken

START, WIDTH, DIM = 2, 3, 6


def build() -> AttributeInteraction:
    torch.manual_seed(0)
    return AttributeInteraction(start=START, width=WIDTH, rank=4, num_slots=2)


@pytest.fixture
def whole() -> AttributeInteraction:
    return shaken(build())


@pytest.fixture
def pairs(whole) -> AttributeInteraction:
    """Nothing is learned of sets."""
    zero_last(whole.sets.readout)
    return whole


def placed(vectors: torch.Tensor, mask: torch.Tensor) -> PlacedItems:
    place = mask.long()
    return PlacedItems(category=place, slot=place, vectors=vectors * mask[..., None], mask=mask)


@pytest.fixture
def items() -> PlacedItems:
    vectors = torch.randn(3, 4, DIM, generator=torch.Generator().manual_seed(1))
    vectors[0, 1, START : START + WIDTH] = 0
    mask = torch.tensor([[True] * 4, [True, False, True, True], [True, False, False, False]])
    return placed(vectors, mask)


def wanted(count: int) -> ItemTokens:
    place = torch.ones(count, dtype=torch.int64)
    return ItemTokens(category=place, slot=place, vectors=torch.zeros(count, DIM))


@torch.no_grad()
def test_the_logit_is_the_sum_over_pairs_of_a_number_for_every_two_attributes(pairs, items) -> None:
    expected = torch.zeros(3)
    for outfit, (vectors, mask) in enumerate(zip(items.vectors, items.mask, strict=True)):
        each = [vector[START : START + WIDTH] for vector in vectors[mask]]
        unit = [block / block.norm().clamp(min=1e-12) for block in each]
        for one, other in combinations(unit, 2):
            for left, right in product(range(WIDTH), repeat=2):
                number = (pairs.table[left, right] + pairs.table[right, left]) / 2
                expected[outfit] += WIDTH * number * one[left] * other[right]

    torch.testing.assert_close(pairs.logit(items), expected, atol=1e-4, rtol=1e-4)
    assert expected[2] == 0


@torch.no_grad()
def test_sets_of_attributes_are_read_beside_the_pairs(whole, items) -> None:
    together = whole.logit(items)
    unit = functional.normalize(items.vectors[..., START : START + WIDTH], dim=-1)
    sets = whole.sets(unit, items.slot, items.mask)
    zero_last(whole.sets.readout)

    assert sets[:2].all()
    torch.testing.assert_close(together, whole.logit(items) + sets)


@torch.no_grad()
def test_other_modalities_are_not_read(whole, items) -> None:
    moved = items.vectors.clone()
    moved[..., :START] += 1
    moved[..., START + WIDTH :] -= 1

    assert torch.equal(whole.logit(items), whole.logit(placed(moved, items.mask)))


@torch.no_grad()
def test_the_target_moves_towards_what_the_logit_prefers(pairs, items) -> None:
    shift = pairs.target(items, wanted(3))
    assert not shift[:, :START].any()
    assert not shift[:, START + WIDTH :].any()

    basis = torch.eye(DIM)[START : START + WIDTH]
    for outfit in range(3):
        context, mask = items.vectors[outfit], items.mask[outfit]
        alone = pairs.logit(placed(context[None], mask[None]))
        with_one = [
            pairs.logit(
                placed(
                    torch.cat([context, value[None]])[None],
                    torch.cat([mask, torch.ones(1, dtype=torch.bool)])[None],
                )
            )
            for value in basis
        ]
        gained = torch.cat(with_one) - alone
        towards = shift[outfit, START : START + WIDTH] * mask.sum() / pairs.target_weight
        torch.testing.assert_close(gained, towards, atol=1e-3, rtol=1e-3)


@torch.no_grad()
def test_it_starts_at_zero(whole, items) -> None:
    assert whole.logit(items).any()
    assert whole.target(items, wanted(3)).any()
    whole.start_at_zero()
    assert not whole.logit(items).any()
    assert not whole.target(items, wanted(3)).any()


def test_a_rule_of_two_attributes_is_found_in_a_few_steps() -> None:
    kinds = torch.tensor(list(product(range(3), repeat=2)))
    clash = (kinds[:, 0] - kinds[:, 1]).abs() == 2
    vectors = torch.zeros(9, 2, DIM)
    vectors[..., START : START + WIDTH] = torch.eye(WIDTH)[kinds]
    outfits = placed(vectors, torch.ones(9, 2, dtype=torch.bool))
    pairs = build()
    pairs.start_at_zero()
    optimiser = torch.optim.Adam([pairs.table], lr=0.05)
    for _ in range(30):
        loss = functional.soft_margin_loss(pairs.logit(outfits), 1.0 - 2.0 * clash)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    assert torch.equal(pairs.logit(outfits) < 0, clash)
