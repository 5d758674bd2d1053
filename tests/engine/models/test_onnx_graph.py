import warnings

import pytest
import torch
from torch import Tensor, nn

from engine.models.onnx_graph import OnnxGraph

VARYING = {"first": ["rows"], "second": ["rows"]}
EXAMPLE = {"first": torch.ones(2, 3), "second": torch.arange(2)}


class Sum(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.5)

    def forward(self, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        total = self.dropout(first).sum(1)
        return total, total * second


class Solver(nn.Module):
    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        return torch.linalg.lstsq(first, first).solution[0] * second.sum()


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_it_answers_for_any_number_of_rows(rows: int) -> None:
    graph = OnnxGraph(Sum(), EXAMPLE, VARYING)
    first, second = torch.rand(rows, 3), torch.arange(rows)
    total, product = graph({"first": first, "second": second, "not read": torch.zeros(1)})
    torch.testing.assert_close(total, first.sum(1))
    torch.testing.assert_close(product, first.sum(1) * second)


def test_no_warning_of_the_exporter_gets_out_and_attention_is_as_before() -> None:
    fast = torch.backends.mha.get_fastpath_enabled()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        OnnxGraph(Sum(), EXAMPLE, VARYING)
    assert torch.backends.mha.get_fastpath_enabled() == fast


def test_what_onnx_has_no_operation_for_is_refused() -> None:
    with pytest.raises(RuntimeError, match="linalg_lstsq"):
        OnnxGraph(Solver(), EXAMPLE, VARYING)


class LogSigmoid(nn.Module):
    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        return nn.functional.logsigmoid(first) + second[:, None]


def test_what_is_most_implausible_has_a_finite_logarithm() -> None:
    first = torch.tensor([[-300.0, -100, -1], [0, 1, 100]])
    (got,) = OnnxGraph(LogSigmoid(), EXAMPLE, VARYING)(
        {"first": first, "second": torch.tensor([0, 0])}
    )
    torch.testing.assert_close(got, nn.functional.logsigmoid(first))
