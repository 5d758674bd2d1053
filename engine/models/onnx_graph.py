"""A module of tensors as ONNX Runtime runs it: less time between small operations."""

import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

OPSET: Final = 20


class OnnxGraph:
    """A module exported by tracing, on one thread: waking others takes longer than one question.

    What tracing cannot see, such as `len` or a branch on a size, is fixed as it was for the
    example, so callers compare answers.

    Args:
        module: in evaluation mode.
        example: its inputs by name, in their order; no dimension that varies is of size one.
        varying: names of the first dimensions of each input, which vary.

    Raises:
        RuntimeError: the module does something that ONNX has no operation for.
    """

    def __init__(
        self, module: nn.Module, example: Mapping[str, Tensor], varying: Mapping[str, list[str]]
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4  # what fails is raised as well
        self._session = onnxruntime.InferenceSession(
            _exported(module.eval(), example, varying), options, providers=["CPUExecutionProvider"]
        )
        self._read = [each.name for each in self._session.get_inputs()]

    def __call__(self, inputs: Mapping[str, Tensor]) -> list[Tensor]:
        """The outputs; inputs that the module does not read may be left out."""
        feeds = {name: inputs[name].numpy() for name in self._read}
        found: list[np.ndarray] = self._session.run(None, feeds)
        return [torch.from_numpy(each) for each in found]


def _exported(
    module: nn.Module, example: Mapping[str, Tensor], varying: Mapping[str, list[str]]
) -> bytes:
    written = io.BytesIO()
    with _traceable(), torch.no_grad():
        torch.onnx.export(
            module,
            tuple(example.values()),
            written,  # type: ignore[arg-type] # any binary file will do
            input_names=list(example),
            dynamic_axes={name: dict(enumerate(varying[name])) for name in example},
            opset_version=OPSET,
            dynamo=False,  # a twentieth of the time, so that it can be done when a server starts
        )
    return written.getvalue()


@contextmanager
def _traceable() -> Iterator[None]:
    """Log sigmoid finite, and no warnings of what tracing fixes."""
    torch.onnx.register_custom_op_symbolic(  # type: ignore[attr-defined]
        "aten::log_sigmoid", _log_sigmoid, OPSET
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.onnx.unregister_custom_op_symbolic(  # type: ignore[attr-defined]
            "aten::log_sigmoid", OPSET
        )


def _log_sigmoid(graph: Any, x: Any) -> Any:
    """As PyTorch computes it; the exporter's own, the logarithm of a sigmoid, ends at -88."""
    return graph.op("Neg", graph.op("Softplus", graph.op("Neg", x)))
