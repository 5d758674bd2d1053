import math

import pytest
import torch

from engine.losses.multi_similarity import (
    ALPHA,
    BETA,
    EPSILON,
    THRESHOLD,
    mine,
    multi_similarity_loss,
)

DRAW = torch.Generator().manual_seed(3)
SIMILARITIES = torch.rand(6, 9, generator=DRAW, dtype=torch.float64) * 2 - 1
POSITIVE = torch.rand(6, 9, generator=DRAW) < 0.3
POSITIVE[0], POSITIVE[1] = False, True
NEGATIVE = ~POSITIVE & (torch.rand(6, 9, generator=DRAW) < 0.8)


def kept(row: int, mask: torch.Tensor) -> list[float]:
    return SIMILARITIES[row][mask[row]].tolist()


def test_it_is_the_sum_of_two_soft_maxima_of_each_anchor() -> None:
    losses = multi_similarity_loss(SIMILARITIES, POSITIVE, NEGATIVE).tolist()
    for row, loss in enumerate(losses):
        pull = sum(math.exp(-ALPHA * (s - THRESHOLD)) for s in kept(row, POSITIVE))
        push = sum(math.exp(BETA * (s - THRESHOLD)) for s in kept(row, NEGATIVE))
        assert loss == pytest.approx(math.log(1 + pull) / ALPHA + math.log(1 + push) / BETA)


def weight(row: int, column: int) -> float:
    """The weight of a pair as the paper writes it."""
    here = float(SIMILARITIES[row, column])
    if NEGATIVE[row, column]:
        others = sum(math.exp(BETA * (s - here)) for s in kept(row, NEGATIVE))
        return 1 / (math.exp(BETA * (THRESHOLD - here)) + others)
    others = sum(math.exp(-ALPHA * (s - here)) for s in kept(row, POSITIVE))
    return -1 / (math.exp(-ALPHA * (THRESHOLD - here)) + others)


def test_the_gradient_of_a_pair_is_its_weight_in_the_paper() -> None:
    similarities = SIMILARITIES.clone().requires_grad_()
    multi_similarity_loss(similarities, POSITIVE, NEGATIVE).sum().backward()
    for row in range(6):
        for column in range(9):
            counts = bool(POSITIVE[row, column] | NEGATIVE[row, column])
            expected = weight(row, column) if counts else 0.0
            assert similarities.grad[row, column].item() == pytest.approx(expected, abs=1e-6)


def test_mining_keeps_the_pairs_that_overlap() -> None:
    positive, negative = mine(SIMILARITIES, POSITIVE, NEGATIVE)
    for row in range(6):
        least = min(kept(row, POSITIVE), default=math.inf)
        most = max(kept(row, NEGATIVE), default=-math.inf)
        for column in range(9):
            here = float(SIMILARITIES[row, column])
            assert positive[row, column] == (POSITIVE[row, column] and here - EPSILON < most)
            assert negative[row, column] == (NEGATIVE[row, column] and here + EPSILON > least)
    assert 0 < positive.sum() < POSITIVE.sum()
    assert 0 < negative.sum() < NEGATIVE.sum()


def test_where_positives_are_apart_from_negatives_nothing_is_lost() -> None:
    similarities = torch.tensor([[1.0, -1.0, 0.2]])
    positive = torch.tensor([[True, False, False]])
    mined = mine(similarities, positive, ~positive)
    assert multi_similarity_loss(similarities, *mined).item() == 0
    assert multi_similarity_loss(-similarities, *mine(-similarities, positive, ~positive)) > 1


def test_a_pair_that_is_neither_has_no_gradient_and_nothing_overflows() -> None:
    similarities = torch.tensor([[40.0, -40.0, 40.0]], requires_grad=True)
    positive, negative = (
        torch.tensor([[False, True, False]]),
        torch.tensor([[True, False, False]]),
    )
    loss = multi_similarity_loss(similarities, positive, negative)
    loss.sum().backward()
    assert loss.isfinite().all()
    assert similarities.grad.sign().tolist() == [[1, -1, 0]]
