import numpy as np
import torch

from engine.items import ItemTokens
from engine.numpy_relevance import NumpyRelevance
from engine.relevance import RelevanceAdapter
from tests.engine.planted import shaken


def adapter() -> RelevanceAdapter:
    torch.manual_seed(0)
    return shaken(RelevanceAdapter(dim=5, num_categories=4, num_slots=3, width=8)).eval()


def wishes(number: int) -> ItemTokens:
    vectors = torch.randn(number, 5) * (torch.arange(number) % 2)[:, None]
    return ItemTokens(
        category=torch.arange(number) % 4, slot=torch.arange(number) % 3, vectors=vectors
    )


@torch.no_grad()
def test_any_queries_get_the_maps_of_the_adapter() -> None:
    made = adapter()
    made.rescale(scale=1.7, shift=-0.3)
    told = NumpyRelevance(made)
    for number in (0, 1, 2, 9):
        targets = torch.nn.functional.normalize(torch.randn(number, 5), dim=1)
        expected = made(targets, wishes(number))
        slope, offset = told(targets.numpy(), wishes(number))
        np.testing.assert_allclose(slope, expected.slope, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(offset, expected.offset, rtol=1e-5, atol=1e-5)


def test_a_target_of_nonsense_has_a_map_of_nonsense() -> None:
    slope, offset = NumpyRelevance(adapter())(np.full((1, 5), np.nan, np.float32), wishes(1))
    assert np.isnan([slope, offset]).all()
