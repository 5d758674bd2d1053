import math

import pytest
import torch

from engine.losses.divergence import binary_divergence, choice_divergence

STUDENT = torch.tensor([[0.5, -1.0, 2.0], [3.0, 0.0, -2.0]])
TEACHER = torch.tensor([[1.5, 0.0, -0.5], [-1.0, 4.0, 0.3]])
VALID = torch.tensor([[True, True, True], [True, False, True]])


def shares(logits: list[float]) -> list[float]:
    total = sum(map(math.exp, logits))
    return [math.exp(logit) / total for logit in logits]


def test_choice_is_the_divergence_over_valid_candidates() -> None:
    found = choice_divergence(STUDENT, TEACHER, VALID)
    for row in range(2):
        kept = VALID[row].nonzero()[:, 0].tolist()
        said = shares([STUDENT[row, at].item() for at in kept])
        wanted = shares([TEACHER[row, at].item() for at in kept])
        expected = sum(q * math.log(q / p) for p, q in zip(said, wanted, strict=True))
        assert found[row].item() == pytest.approx(expected, abs=1e-6)


def test_binary_is_the_divergence_of_two_probabilities() -> None:
    p, q = 1 / (1 + math.exp(-0.7)), 1 / (1 + math.exp(1.2))
    expected = q * math.log(q / p) + (1 - q) * math.log((1 - q) / (1 - p))
    found = binary_divergence(torch.tensor(0.7), torch.tensor(-1.2))
    assert found.item() == pytest.approx(expected, abs=1e-6)


def test_who_says_the_same_has_no_loss_and_no_gradient() -> None:
    logits = STUDENT.clone().requires_grad_()
    loss = (
        choice_divergence(logits, STUDENT, VALID).sum() + binary_divergence(logits, STUDENT).sum()
    )
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert logits.grad.abs().max() < 1e-6


def test_extreme_logits_stay_finite() -> None:
    far = torch.tensor([[200.0, -200.0, 0.0]], requires_grad=True)
    valid = torch.ones(1, 3, dtype=torch.bool)
    loss = choice_divergence(far, -far.detach(), valid).sum()
    loss = loss + binary_divergence(far, -far.detach()).sum()
    loss.backward()
    assert loss.isfinite()
    assert far.grad.isfinite().all()
