import torch

from engine.items import ItemTokens
from engine.onnx_relevance import OnnxRelevance
from engine.quickest import quickest_relevance
from engine.relevance import RelevanceAdapter
from tests.engine.planted import shaken

CLOSE = {"atol": 1e-5, "rtol": 1e-5}


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
    exported = OnnxRelevance(made, wishes(3))
    for number in (1, 2, 9):
        targets = torch.nn.functional.normalize(torch.randn(number, 5), dim=1)
        expected, got = made(targets, wishes(number)), exported(targets, wishes(number))
        torch.testing.assert_close(got.slope, expected.slope, **CLOSE)
        torch.testing.assert_close(got.offset, expected.offset, **CLOSE)


@torch.no_grad()
def test_the_quickest_runtime_gives_the_maps_of_the_adapter() -> None:
    made, targets = adapter(), torch.randn(4, 5)
    expected, got = (
        made(targets, wishes(4)),
        quickest_relevance(made, wishes(20))(targets, wishes(4)),
    )
    torch.testing.assert_close(got.slope, expected.slope, **CLOSE)


def test_too_few_items_to_ask_about_leave_the_adapter_as_it_is() -> None:
    made = adapter()
    assert quickest_relevance(made, wishes(3)) is made
