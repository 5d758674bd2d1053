"""The relevance adapter run by ONNX Runtime."""

from typing import Final

from jaxtyping import Float
from torch import Tensor, nn

from engine.items import ItemTokens
from engine.models.onnx_graph import OnnxGraph
from engine.relevance import RelevanceAdapter, RelevanceMap

READ: Final = {
    "targets": ["queries"],
    "category": ["queries"],
    "slot": ["queries"],
    "vectors": ["queries"],
}


class OnnxRelevance:
    """`RelevanceAdapter.forward` of an adapter that learns no more.

    Args:
        adapter: in evaluation mode.
        tokens: two items or more, with which it is traced.
    """

    def __init__(self, adapter: RelevanceAdapter, tokens: ItemTokens) -> None:
        self._graph = OnnxGraph(_Maps(adapter), _asked(tokens.vectors, tokens), READ)

    def __call__(self, targets: Float[Tensor, "queries dim"], wanted: ItemTokens) -> RelevanceMap:
        """The map of each query."""
        slope, offset = self._graph(_asked(targets, wanted))
        return RelevanceMap(slope=slope, offset=offset)


class _Maps(nn.Module):
    def __init__(self, adapter: RelevanceAdapter) -> None:
        super().__init__()
        self.adapter = adapter

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        targets, category, slot, vectors = inputs
        maps = self.adapter(targets, ItemTokens(category=category, slot=slot, vectors=vectors))
        return maps.slope, maps.offset


def _asked(targets: Tensor, wanted: ItemTokens) -> dict[str, Tensor]:
    parts = (targets, wanted.category, wanted.slot, wanted.vectors)
    return dict(zip(READ, parts, strict=True))
