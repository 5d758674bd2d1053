import pytest
import torch

from engine.models.category_prior import CategoryPrior

PMI = torch.tensor([[0.0, 0, 0], [0, -1.0, 2.0], [0, 2.0, 0.5]])
ALL = torch.ones(1, 3, dtype=torch.bool)


def prior(scale: float = 1.0, offset: float = 0.0) -> CategoryPrior:
    module = CategoryPrior(PMI)
    with torch.no_grad():
        module.scale.fill_(scale)
        module.offset.fill_(offset)
    return module


@pytest.mark.parametrize(
    ("categories", "mean"),
    [([1, 1, 2], (-1 + 2 + 2) / 3), ([1, 2, 2], (2 + 2 + 0.5) / 3), ([0, 1, 2], 2 / 3)],
)
def test_the_mean_is_over_pairs_and_an_unknown_category_is_neutral(categories, mean) -> None:
    logit = prior()(torch.tensor([categories]), ALL)
    assert logit.item() == pytest.approx(mean)


def test_scale_and_offset_are_applied_to_the_mean() -> None:
    logit = prior(scale=3, offset=-1)(torch.tensor([[1, 1, 2]]), ALL)
    assert logit.item() == pytest.approx(2)


def test_padding_and_outfits_of_one_or_none_are_not_judged() -> None:
    mask = torch.tensor([[True, False, True], [False, True, False], [False, False, False]])
    logits = prior(offset=0.5)(torch.tensor([[1, 1, 2]] * 3), mask)
    assert logits.tolist() == [2.5, 0.5, 0.5]


def test_the_table_travels_with_the_weights_and_is_not_trained() -> None:
    module = prior()
    assert "pmi" in module.state_dict()
    assert {name for name, _ in module.named_parameters()} == {"scale", "offset"}
