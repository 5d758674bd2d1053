"""The relevance adapter in NumPy: two small layers are over before another runtime has begun."""

import numpy as np
from jaxtyping import Float32, Float64
from scipy.special import erf
from torch import Tensor

from engine.items import ItemTokens
from engine.relevance import KIND_WIDTH, RelevanceAdapter


class NumpyRelevance:
    """`RelevanceAdapter.forward` of an adapter that learns no more.

    What a category and a slot add to the hidden layer is computed beforehand.

    Args:
        adapter: on the CPU.
    """

    def __init__(self, adapter: RelevanceAdapter) -> None:
        weight = _of(adapter.hidden.weight)
        dim = weight.shape[1] - 2 * KIND_WIDTH - 1
        ends = [dim, dim + KIND_WIDTH, dim + 2 * KIND_WIDTH]
        self._targets, category, slot, self._words = np.split(weight.T, ends)
        self._category = _of(adapter.category.weight) @ category + _of(adapter.hidden.bias)
        self._slot = _of(adapter.slot.weight) @ slot
        self._last, self._bias = _of(adapter.last.weight).T, _of(adapter.last.bias)
        self._scale, self._shift = float(adapter.scale), float(adapter.shift)

    @np.errstate(invalid="ignore", over="ignore")  # of a model of nonsense: so is the map
    def __call__(
        self, targets: Float32[np.ndarray, "queries dim"], wanted: ItemTokens
    ) -> tuple[Float64[np.ndarray, " queries"], Float64[np.ndarray, " queries"]]:
        """Slope and offset of the map of each query.

        Args:
            targets: unit vectors.
            wanted: one a query, as `Model.embed_target` takes them.
        """
        kind = self._category[wanted.category.numpy()] + self._slot[wanted.slot.numpy()]
        words = wanted.vectors.numpy().any(axis=1, keepdims=True)
        hidden = targets @ self._targets + kind + words * self._words
        hidden *= 0.5 * (1 + erf(hidden * 0.5**0.5))  # GELU
        slope, offset = (hidden @ self._last + self._bias).T.astype(np.float64)
        return self._scale * np.logaddexp(0, slope), self._scale * offset + self._shift


def _of(weight: Tensor) -> Float32[np.ndarray, "..."]:
    array: np.ndarray = weight.detach().numpy()
    return array
