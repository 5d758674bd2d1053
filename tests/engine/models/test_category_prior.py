import pytest
import torch

from engine.models.category_prior import CategoryPrior
from tests.engine.planted import shaken

PMI = torch.tensor([[0.0, 0, 0], [0, -1.0, 2.0], [0, 2.0, 0.5]])
SLOT = torch.tensor([[1, 5, 5]])
ALL = torch.ones(1, 3, dtype=torch.bool)


def prior(scale: float = 1.0, offset: float = 0.0) -> CategoryPrior:
    """At its start, where it is a scale and an offset of the counted pmi."""
    module = CategoryPrior(PMI).eval()
    with torch.no_grad():
        module.scale.fill_(scale)
        module.offset.fill_(offset)
    return module


@pytest.mark.parametrize(
    ("categories", "mean"),
    [([1, 1, 2], (-1 + 2 + 2) / 3), ([1, 2, 2], (2 + 2 + 0.5) / 3), ([0, 1, 2], 2 / 3)],
)
def test_it_starts_at_the_mean_over_pairs(categories, mean) -> None:
    logit = prior()(torch.tensor([categories]), SLOT, ALL)
    assert logit.item() == pytest.approx(mean)


def test_scale_and_offset_are_applied_to_the_mean() -> None:
    logit = prior(scale=3, offset=-1)(torch.tensor([[1, 1, 2]]), SLOT, ALL)
    assert logit.item() == pytest.approx(2)


def test_padding_and_outfits_of_one_or_none_are_not_counted() -> None:
    mask = torch.tensor([[True, False, True], [False, True, False], [False, False, False]])
    logits = prior(offset=0.5)(torch.tensor([[1, 1, 2]] * 3), SLOT.expand(3, -1), mask)
    assert logits.tolist() == [2.5, 0.5, 0.5]


@torch.no_grad()
def test_what_it_learns_depends_on_categories_slots_and_sizes_and_not_on_order_or_padding() -> None:
    module = shaken(prior())
    category, slot = torch.tensor([[1, 2, 2]]), torch.tensor([[1, 5, 6]])
    plain = module(category, slot, ALL)
    torch.testing.assert_close(module(category.flip(1), slot.flip(1), ALL), plain)
    padded = torch.cat([category, torch.tensor([[1]])], 1), torch.cat([slot, slot[:, :1]], 1)
    mask = torch.tensor([[True, True, True, False]])
    torch.testing.assert_close(module(*padded, mask), plain)
    for other in (
        module(torch.tensor([[1, 1, 2]]), slot, ALL),
        module(category, torch.tensor([[1, 5, 5]]), ALL),
        module(category, slot, torch.tensor([[True, True, False]])),
    ):
        assert (other - plain).abs() > 1e-3


def test_the_table_travels_with_the_weights_and_is_not_trained() -> None:
    module = prior()
    assert "pmi" in module.state_dict()
    assert "pmi" not in {name for name, _ in module.named_parameters()}
