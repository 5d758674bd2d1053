import itertools

import pytest
import torch

from engine.models.outfit_model import PlacedItems
from engine.models.pair_bias import PairBias
from tests.engine.planted import shaken


@torch.no_grad()
def test_it_is_the_scaled_similarity_and_a_number_of_the_two_slots() -> None:
    bias = shaken(PairBias(num_slots=3, heads=2))
    slot = torch.tensor([[1, 2, 0], [2, 2, 1]])
    vectors = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0))
    found = bias(PlacedItems(category=slot, slot=slot, vectors=vectors, mask=slot >= 0))
    for outfit, head, a, b in itertools.product(range(2), range(2), range(3), range(3)):
        similarity = float(vectors[outfit, a] @ vectors[outfit, b])
        pair = int(slot[outfit, a]) * 3 + int(slot[outfit, b])
        expected = float(bias.similarity[head]) * similarity + float(bias.slots.weight[pair, head])
        assert found[outfit, head, a, b].item() == pytest.approx(expected, abs=1e-5)


def test_untrained_it_is_zero() -> None:
    slot = torch.ones(1, 2, dtype=torch.int64)
    items = PlacedItems(category=slot, slot=slot, vectors=torch.ones(1, 2, 3), mask=slot > 0)
    assert not PairBias(num_slots=2, heads=2)(items).any()
