import math

import pytest
import torch

from engine.losses.bpr import bpr_loss


def test_it_is_the_log_sigmoid_of_every_difference() -> None:
    real, others = torch.tensor([1.0, -2.0]), torch.tensor([[0.5, 3.0], [-4.0, -2.0]])
    loss = bpr_loss(real, others)
    for row in range(2):
        for column in range(2):
            difference = float(real[row] - others[row, column])
            expected = -math.log(1 / (1 + math.exp(-difference)))
            assert loss[row, column].item() == pytest.approx(expected, rel=1e-5)


def test_far_above_loses_nothing_and_only_the_difference_counts() -> None:
    assert bpr_loss(torch.tensor([90.0]), torch.tensor([[-90.0]])).item() == 0
    near = bpr_loss(torch.tensor([1.0]), torch.tensor([[0.5]]))
    torch.testing.assert_close(bpr_loss(torch.tensor([8.0]), torch.tensor([[7.5]])), near)


def test_the_gradient_raises_the_real_outfit_and_lowers_the_others() -> None:
    real, others = torch.zeros(1, requires_grad=True), torch.zeros(1, 2, requires_grad=True)
    bpr_loss(real, others).sum().backward()
    assert real.grad.tolist() == [-1.0]
    assert others.grad.tolist() == [[0.5, 0.5]]
