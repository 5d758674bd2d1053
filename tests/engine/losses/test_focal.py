import math

import pytest
import torch

from engine.losses.binary import binary_loss
from engine.losses.focal import focal_loss

LOGITS = [(2.0, True), (-0.5, True), (1.5, False), (-3.0, False)]


@pytest.mark.parametrize(("alpha", "gamma"), [(0.5, 2.0), (0.25, 1.0)])
def test_it_is_the_formula_on_the_sigmoid_of_a_logit(alpha: float, gamma: float) -> None:
    for logit, real in LOGITS:
        p = 1 / (1 + math.exp(-logit))
        expected = (
            -alpha * (1 - p) ** gamma * math.log(p)
            if real
            else -(1 - alpha) * p**gamma * math.log(1 - p)
        )
        loss = focal_loss(torch.tensor([logit]), torch.tensor([real]), alpha=alpha, gamma=gamma)
        assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_without_focus_it_is_half_the_cross_entropy() -> None:
    logits, real = (torch.tensor(part) for part in zip(*LOGITS, strict=True))
    torch.testing.assert_close(focal_loss(logits, real, gamma=0.0), binary_loss(logits, real) / 2)


def test_sure_and_right_loses_nothing_and_what_is_nearly_right_little() -> None:
    real = torch.tensor([True, False])
    assert focal_loss(torch.tensor([80.0, -80.0]), real).tolist() == [0.0, 0.0]
    easy = focal_loss(torch.tensor([3.0, -3.0]), real) / binary_loss(
        torch.tensor([3.0, -3.0]), real
    )
    assert (easy < 0.01).all()


def test_the_gradient_raises_real_outfits_and_lowers_others_however_sure() -> None:
    logits = torch.tensor([0.0, 0.0, -90.0, 90.0], requires_grad=True)
    focal_loss(logits, torch.tensor([True, False, True, False])).sum().backward()
    assert logits.grad.sign().tolist() == [-1, 1, -1, 1]
    assert logits.grad.isfinite().all()
