import torch
from torch.nn import functional

from engine.models.pooling import masked_mean, pair_mean, unit

MASK = torch.tensor([[True, False, True, True], [False, True, False, False], [False] * 4])
PAIRS = MASK[:, :, None] & MASK[:, None, :]


def test_masked_mean_is_over_the_items_present_and_zero_without_any() -> None:
    x = torch.arange(24.0).view(3, 4, 2)
    expected = torch.stack([x[0, [0, 2, 3]].mean(0), x[1, 1], torch.zeros(2)])
    torch.testing.assert_close(masked_mean(x, MASK), expected)


def test_pair_mean_is_over_pairs_of_two_different_items_and_zero_without_any() -> None:
    x = torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(0))
    x = x + x.transpose(1, 2)
    expected = (x[0, 0, 2] + x[0, 0, 3] + x[0, 2, 3]) / 3
    torch.testing.assert_close(
        pair_mean(x, PAIRS), torch.stack([expected, torch.zeros(()), torch.zeros(())])
    )


def test_what_is_masked_is_not_read() -> None:
    x = torch.ones(3, 4, 2).masked_fill(~MASK[..., None], 7)
    pairs = torch.ones(3, 4, 4).masked_fill(~PAIRS, 7)
    assert masked_mean(x, MASK).tolist() == [[1, 1], [1, 1], [0, 0]]
    assert pair_mean(pairs, PAIRS).tolist() == [1, 0, 0]


def test_unit_is_what_normalize_is_with_the_same_gradient() -> None:
    x = torch.randn(4, 3, 7, requires_grad=True)
    weight = torch.randn(4, 3, 7)
    (got,) = torch.autograd.grad((unit(x) * weight).sum(), x)
    (expected,) = torch.autograd.grad((functional.normalize(x, dim=-1) * weight).sum(), x)
    torch.testing.assert_close(unit(x), functional.normalize(x, dim=-1))
    torch.testing.assert_close(got, expected)


def test_unit_leaves_zero_as_it_is_without_a_gradient() -> None:
    x = torch.zeros(2, 3, requires_grad=True)
    (got,) = torch.autograd.grad(unit(x).sum(), x)
    assert torch.isfinite(got).all()
    assert not unit(x).any()
