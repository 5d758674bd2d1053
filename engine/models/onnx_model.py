"""What a trained model answers, run by ONNX Runtime: less time between small operations."""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np
import onnxruntime
import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.items import ItemTokens
from engine.models.model import Model, OutfitLogits
from graph.outfits import OutfitBatch, pad_outfits

VARYING: Final = {
    "category": ["items"],
    "slot": ["items"],
    "vectors": ["items"],
    "log_price": ["items"],
    "rows": ["outfits", "places"],
    "mask": ["outfits", "places"],
    "wanted_category": ["contexts"],
    "wanted_slot": ["contexts"],
    "wanted_vectors": ["contexts"],
    "wanted_log_price": ["contexts"],
}
"""Inputs of the graphs by name, and the first dimensions of each, which vary."""

NUM_JUDGED: Final = 6
"""Inputs of `Model.judge`, the first ones."""


class OnnxJudge:
    """`Model.judge` of a model that learns no more.

    Args:
        model: in evaluation mode.
        tokens: three items or more, with which it is traced.

    Raises:
        RuntimeError: the model does something that ONNX has no operation for.
    """

    def __init__(self, model: Model, tokens: ItemTokens) -> None:
        self._graph = _Graph(_Judge(model), _example(tokens)[:NUM_JUDGED])

    def __call__(self, tokens: ItemTokens, batch: OutfitBatch) -> OutfitLogits:
        """Logits of each outfit, without regard to the order of its items."""
        compatibility, choice = self._graph([*_parts(tokens), batch.rows, batch.mask])
        return OutfitLogits(compatibility=compatibility, choice=choice)


class OnnxTarget:
    """`Model.embed_target` of a model that learns no more; arguments as of `OnnxJudge`."""

    def __init__(self, model: Model, tokens: ItemTokens) -> None:
        self._graph = _Graph(_Target(model), _example(tokens))

    def __call__(
        self, tokens: ItemTokens, batch: OutfitBatch, wanted: ItemTokens
    ) -> Float[Tensor, "outfits dim"]:
        """Unit vector of the item that each context wants."""
        (target,) = self._graph([*_parts(tokens), batch.rows, batch.mask, *_parts(wanted)])
        return target


class _Graph:
    """A module as ONNX Runtime runs it, on as many threads as PyTorch has.

    Args:
        module: of the inputs that `VARYING` names, or the first of them.
        example: its inputs.
    """

    def __init__(self, module: nn.Module, example: Sequence[Tensor]) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 4  # what fails is raised as well
        self._session = onnxruntime.InferenceSession(
            _exported(module.eval(), example), options, providers=["CPUExecutionProvider"]
        )
        read = {each.name for each in self._session.get_inputs()}
        self._read = [(place, name) for place, name in enumerate(VARYING) if name in read]

    def __call__(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        feeds = {name: inputs[place].numpy() for place, name in self._read}
        found: list[np.ndarray] = self._session.run(None, feeds)
        return [torch.from_numpy(each) for each in found]


class _Judge(nn.Module):
    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        batch = OutfitBatch(rows=inputs[4], mask=inputs[5])
        logits = self.model.judge(_tokens_of(inputs[:4]), batch)
        return logits.compatibility, logits.choice


class _Target(nn.Module):
    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> Tensor:
        batch = OutfitBatch(rows=inputs[4], mask=inputs[5])
        return self.model.embed_target(_tokens_of(inputs[:4]), batch, _tokens_of(inputs[6:]))


def _example(tokens: ItemTokens) -> list[Tensor]:
    """Inputs of every graph: two outfits, one of them padded, and two wishes."""
    batch = pad_outfits([[0, 1, 2], [1, 2]])
    wanted = tokens.take(torch.tensor([0, 1]))
    return [*_parts(tokens), batch.rows, batch.mask, *_parts(wanted)]


def _exported(module: nn.Module, example: Sequence[Tensor]) -> bytes:
    names = list(VARYING)[: len(example)]
    written = io.BytesIO()
    with _traceable(), torch.no_grad():
        torch.onnx.export(
            module,
            tuple(example),
            written,  # type: ignore[arg-type] # any binary file will do
            input_names=names,
            dynamic_axes={name: dict(enumerate(VARYING[name])) for name in names},
            dynamo=False,  # a twentieth of the time, so that it can be done when a server starts
        )
    return written.getvalue()


@contextmanager
def _traceable() -> Iterator[None]:
    """Attention step by step, and no warnings of what tracing fixes: answers are compared."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def _parts(tokens: ItemTokens) -> list[Tensor]:
    return [tokens.category, tokens.slot, tokens.vectors, tokens.log_prices]


def _tokens_of(parts: Sequence[Tensor]) -> ItemTokens:
    category, slot, vectors, log_price = parts
    return ItemTokens(category=category, slot=slot, vectors=vectors, log_price=log_price)
