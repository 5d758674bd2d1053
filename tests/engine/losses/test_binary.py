import math

import pytest
import torch

from engine.losses.binary import binary_loss


def test_it_is_the_cross_entropy_of_the_sigmoid() -> None:
    for logit, real in ((2.0, True), (-0.5, True), (1.5, False), (-3.0, False)):
        p = 1 / (1 + math.exp(-logit))
        loss = binary_loss(torch.tensor([logit]), torch.tensor([real])).item()
        assert loss == pytest.approx(-math.log(p if real else 1 - p), rel=1e-5)


def test_sure_and_right_loses_nothing_and_sure_and_wrong_as_much_as_its_logit() -> None:
    logits, real = torch.tensor([80.0, -80.0]), torch.tensor([True, False])
    assert binary_loss(logits, real).tolist() == pytest.approx([0, 0], abs=1e-9)
    assert binary_loss(-logits, real).tolist() == pytest.approx([80, 80])


def test_the_gradient_raises_real_outfits_and_lowers_others() -> None:
    logits = torch.zeros(2, requires_grad=True)
    binary_loss(logits, torch.tensor([True, False])).sum().backward()
    assert logits.grad.tolist() == [-0.5, 0.5]
