import math

import pytest
import torch

from engine.losses.softmax import softmax_loss

LOGITS = torch.tensor([[2.0, -1.0, 0.5], [-0.3, 4.0, 1.0]])
VALID = torch.tensor([[True, True, False], [True, True, True]])


def test_it_is_the_cross_entropy_of_the_answer_among_valid_candidates() -> None:
    losses = softmax_loss(LOGITS, VALID).tolist()
    for logits, valid, loss in zip(LOGITS.tolist(), VALID.tolist(), losses, strict=True):
        total = sum(math.exp(logit) for logit, counts in zip(logits, valid, strict=True) if counts)
        assert loss == pytest.approx(-math.log(math.exp(logits[0]) / total), rel=1e-5)


def test_an_answer_far_above_the_others_or_alone_loses_nothing() -> None:
    everything = torch.ones(1, 3, dtype=torch.bool)
    assert softmax_loss(torch.tensor([[90.0, -90.0, 0.0]]), everything).item() == 0
    alone = torch.tensor([[True, False, False]])
    assert softmax_loss(torch.tensor([[-3.0, 2.0, 2.0]]), alone).item() == 0


def test_the_gradient_raises_the_answer_lowers_the_valid_and_leaves_the_others() -> None:
    logits = LOGITS.clone().requires_grad_()
    softmax_loss(logits, VALID).sum().backward()
    assert logits.grad.sign().tolist() == [[-1, 1, 0], [-1, 1, 1]]
