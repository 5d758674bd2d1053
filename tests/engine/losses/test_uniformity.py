import itertools
import math

import pytest
import torch

from engine.losses.uniformity import uniformity_loss


@pytest.mark.parametrize("sharpness", [0.5, 2.0])
def test_it_is_the_log_of_the_mean_kernel_over_pairs_of_directions(sharpness: float) -> None:
    vectors = torch.randn(7, 4, generator=torch.Generator().manual_seed(0))
    units = [vector / vector.norm() for vector in vectors]
    kernels = [
        math.exp(-sharpness * float((a - b).pow(2).sum()))
        for a, b in itertools.combinations(units, 2)
    ]
    expected = math.log(sum(kernels) / len(kernels))
    assert uniformity_loss(vectors, sharpness=sharpness).item() == pytest.approx(expected, rel=1e-4)


def test_opposites_reach_the_least_and_equals_the_most() -> None:
    ahead = torch.tensor([3.0, 0.0])
    assert uniformity_loss(torch.stack([ahead, -ahead])).item() == pytest.approx(-2 * 4)
    assert uniformity_loss(torch.stack([ahead, ahead])).item() == pytest.approx(0, abs=1e-6)


def test_the_gradient_drives_directions_apart() -> None:
    vectors = torch.tensor([[1.0, 0.1], [1.0, -0.1]], requires_grad=True)
    uniformity_loss(vectors).backward()
    assert vectors.grad[0, 1] < 0 < vectors.grad[1, 1]


def test_zero_vectors_are_not_counted_and_one_direction_alone_loses_nothing() -> None:
    vectors = torch.eye(3, requires_grad=True)
    padded = torch.cat([vectors, torch.zeros(5, 3)])
    torch.testing.assert_close(uniformity_loss(padded), uniformity_loss(vectors))
    uniformity_loss(padded).backward()
    assert vectors.grad.isfinite().all()
    assert uniformity_loss(torch.eye(3)[:1]).item() == 0
    assert uniformity_loss(torch.zeros(4, 3)).item() == 0
