import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.models.set_interactions import GATE_SPEED, SetInteractions, anova
from tests.engine.planted import shaken


def loops(x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """One outfit, every pair and every triple in turn."""
    present = [row for row, there in zip(x, mask.tolist(), strict=True) if there]
    nothing = torch.zeros(x.shape[1], dtype=x.dtype)
    pairs = sum((a * b for a, b in itertools.combinations(present, 2)), start=nothing)
    triples = sum((a * b * c for a, b, c in itertools.combinations(present, 3)), start=nothing)
    return torch.cat([pairs, triples]) / max(len(present), 1)


@given(num_items=st.integers(0, 6), padding=st.integers(0, 3), seed=st.integers(0, 99))
def test_pairs_and_triples_are_those_of_the_loops(num_items, padding, seed) -> None:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(1, max(num_items + padding, 1), 3, generator=generator, dtype=torch.float64)
    mask = torch.arange(x.shape[1])[None] < num_items
    expected = loops(x[0], mask[0])[None]
    torch.testing.assert_close(anova(x, mask), expected, atol=1e-9, rtol=0)


def test_three_signs_multiply_to_the_parity_that_no_pair_knows() -> None:
    signs = torch.tensor(list(itertools.product([-1.0, 1.0], repeat=3)))[..., None]
    mask = torch.ones(8, 3, dtype=torch.bool)
    triples = anova(signs, mask)[:, 1] * 3
    assert triples.tolist() == pytest.approx(signs.prod(1)[:, 0].tolist(), abs=1e-5)


def test_what_is_masked_is_not_read() -> None:
    x = torch.tensor([[[2.0], [1000.0], [3.0]]])
    mask = torch.tensor([[True, False, True]])
    assert anova(x, mask).tolist() == [[3.0, 0.0]]


WIDTHS = [2, 3]
VECTORS = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(0))
SLOT = torch.tensor([[1, 2, 0, 1], [2, 2, 1, 0]])
MASK = torch.tensor([[True, True, False, True], [True, True, False, False]])


@torch.no_grad()
def test_each_modality_is_projected_by_itself_and_gated_by_the_slot() -> None:
    model = shaken(SetInteractions(widths=WIDTHS, rank=3, num_slots=3))
    look, words = VECTORS.split(WIDTHS, dim=-1)
    factors = [model.factors[0](look * 2**0.5), model.factors[1](words * 3**0.5)]
    gated = torch.cat(factors, dim=-1) * (1 + GATE_SPEED * model.opening.weight[SLOT])
    expected = torch.stack([loops(x, mask) for x, mask in zip(gated, MASK, strict=True)])
    torch.testing.assert_close(
        model(VECTORS, SLOT, MASK), (expected @ model.readout.weight[0]), atol=1e-4, rtol=1e-4
    )


def test_a_rule_that_only_three_items_decide_is_learned() -> None:
    """Every pair of signs is independent of the label: it is the sign of their product."""
    torch.manual_seed(0)
    signs = torch.tensor(list(itertools.product([-1.0, 1.0], repeat=3)))[..., None]
    label = (signs.prod(1)[:, 0] > 0).float()
    slot, mask = torch.tensor([[1, 2, 3]] * 8), torch.ones(8, 3, dtype=torch.bool)
    model = SetInteractions(widths=[1], rank=4, num_slots=4)
    optimizer = torch.optim.Adam(model.parameters(), 0.05)
    for _ in range(150):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(signs, slot, mask), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1


@torch.no_grad()
def test_every_gate_is_open_at_first() -> None:
    model = SetInteractions(widths=WIDTHS, rank=3, num_slots=3)
    assert torch.equal(model(VECTORS, SLOT, MASK), model(VECTORS, torch.zeros_like(SLOT), MASK))
