"""What a trained model answers, run by ONNX Runtime."""

from collections.abc import Sequence
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.items import ItemTokens
from engine.models.model import Model, OutfitLogits
from engine.models.onnx_graph import OnnxGraph
from graph.outfits import OutfitBatch, pad_outfits

JUDGED: Final = {
    "category": ["items"],
    "slot": ["items"],
    "vectors": ["items"],
    "log_price": ["items"],
    "rows": ["outfits", "places"],
    "mask": ["outfits", "places"],
}
WANTED: Final = {
    "wanted_category": ["contexts"],
    "wanted_slot": ["contexts"],
    "wanted_vectors": ["contexts"],
    "wanted_log_price": ["contexts"],
}
"""Inputs of the graphs by name, and the first dimensions of each, which vary."""


class OnnxJudge:
    """`Model.judge` of a model that learns no more.

    Args:
        model: in evaluation mode.
        tokens: three items or more, with which it is traced.

    Raises:
        RuntimeError: the model does something that ONNX has no operation for.
    """

    def __init__(self, model: Model, tokens: ItemTokens) -> None:
        self._graph = OnnxGraph(_Judge(model), _asked(tokens, EXAMPLE), JUDGED)

    def __call__(self, tokens: ItemTokens, batch: OutfitBatch) -> OutfitLogits:
        """Logits of each outfit, without regard to the order of its items."""
        compatibility, choice = self._graph(_asked(tokens, batch))
        return OutfitLogits(compatibility=compatibility, choice=choice)


class OnnxTarget:
    """`Model.embed_target` of a model that learns no more; arguments as of `OnnxJudge`."""

    def __init__(self, model: Model, tokens: ItemTokens) -> None:
        example = _asked(tokens, EXAMPLE) | _wanted(tokens.take(torch.tensor([0, 1])))
        self._graph = OnnxGraph(_Target(model), example, JUDGED | WANTED)

    def __call__(
        self, tokens: ItemTokens, batch: OutfitBatch, wanted: ItemTokens
    ) -> Float[Tensor, "outfits dim"]:
        """Unit vector of the item that each context wants."""
        (target,) = self._graph(_asked(tokens, batch) | _wanted(wanted))
        return target


class _Judge(nn.Module):
    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.model.judge(_tokens_of(inputs[:4]), _batch_of(inputs[4:]))
        return logits.compatibility, logits.choice


class _Target(nn.Module):
    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> Tensor:
        tokens, wanted = _tokens_of(inputs[:4]), _tokens_of(inputs[6:])
        return self.model.embed_target(tokens, _batch_of(inputs[4:6]), wanted)


EXAMPLE: Final = pad_outfits([[0, 1, 2], [1, 2]])


def _asked(tokens: ItemTokens, batch: OutfitBatch) -> dict[str, Tensor]:
    return dict(zip(JUDGED, (*_parts(tokens), batch.rows, batch.mask), strict=True))


def _wanted(wanted: ItemTokens) -> dict[str, Tensor]:
    return dict(zip(WANTED, _parts(wanted), strict=True))


def _parts(tokens: ItemTokens) -> tuple[Tensor, ...]:
    return tokens.category, tokens.slot, tokens.vectors, tokens.log_prices


def _tokens_of(parts: Sequence[Tensor]) -> ItemTokens:
    category, slot, vectors, log_price = parts
    return ItemTokens(category=category, slot=slot, vectors=vectors, log_price=log_price)


def _batch_of(parts: Sequence[Tensor]) -> OutfitBatch:
    rows, mask = parts
    return OutfitBatch(rows=rows, mask=mask)
