import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from engine.models.price_level import PriceLevel

NAN = float("nan")
CATEGORY = torch.tensor([[1, 2, 2, 0]])


@pytest.fixture
def level() -> PriceLevel:
    level = PriceLevel(3)
    level.mean.copy_(torch.tensor([3.5, 3.0, 5.0]))
    level.between.fill_(0.7)
    level.within.fill_(1.6)
    return level


@pytest.mark.parametrize(
    "prices", [[2.0, 6.0, 5.5, 4.0], [2.0, NAN, 5.5, 4.0], [NAN, NAN, 9.0, -2.0]]
)
def test_it_is_the_log_ratio_of_two_normal_densities(level, prices) -> None:
    known = ~np.isnan(prices)
    rest = (np.array(prices) - level.mean[CATEGORY[0]].numpy())[known]
    eye = np.eye(len(rest))
    together = multivariate_normal.logpdf(rest, cov=1.6 * eye + 0.7)
    apart = multivariate_normal.logpdf(rest, cov=2.3 * eye)
    assert level(CATEGORY, torch.tensor([prices])).item() == pytest.approx(
        together - apart, abs=1e-5
    )


def test_fewer_than_two_prices_tell_nothing(level) -> None:
    prices = torch.tensor([[NAN, 9.0, NAN, NAN], [NAN] * 4])
    assert level(CATEGORY.repeat(2, 1), prices).tolist() == [0.0, 0.0]


def test_prices_are_judged_beside_those_of_their_categories(level) -> None:
    usual, unusual = torch.tensor([[3.0, 5.0]]), torch.tensor([[5.0, 3.0]])
    category = torch.tensor([[1, 2]])
    assert level(category, usual) > level(category, unusual) + 0.3


def test_before_it_is_fitted_prices_tell_nothing() -> None:
    prices = torch.tensor([[2.0, 6.0, 5.5, 4.0]])
    assert PriceLevel(3)(CATEGORY, prices).tolist() == pytest.approx([0.0], abs=1e-6)
