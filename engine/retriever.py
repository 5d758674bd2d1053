"""The protocol behind which every model and every control is evaluated on retrieval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int64


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalQuery:
    """What a retriever may see of a question: a context and a wish, never the target.

    Args:
        context: rows of the dataset.
        category: a fine category or a coarse slot that is asked for, or none.
        text: a description that is asked for, or none.
    """

    context: tuple[int, ...]
    category: str | None = None
    text: str | None = None


@runtime_checkable
class Retriever(Protocol):
    """Gives the items of a pool similarities of any scale; a higher one is a better answer."""

    @property
    def name(self) -> str:
        """The word under which reports list this retriever."""
        ...

    def similarities(
        self, queries: Sequence[RetrievalQuery], rows: Int64[np.ndarray, " pool"]
    ) -> Float[np.ndarray, "queries pool"]:
        """Of every item of the pool to every query."""
        ...
