"""The presence control: how much is known of an item; above chance, a pool gives answers away."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float, Int64

from data.features import Feature
from engine.retriever import RetrievalQuery


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Presence:
    """Ranks items by how many modalities they have: a title, attributes, every frozen feature.

    Where the evaluated items are described and those that fill up the pool are not, this alone
    finds the answers.
    """

    modalities: Int64[np.ndarray, " items"]
    name: str = "presence"

    @classmethod
    def of(cls, items: pl.DataFrame, features: Sequence[Feature]) -> "Presence":
        """Fit the control to a catalogue, the item table whose rows the questions name."""
        described = items.select(
            pl.col("title").is_not_null(), pl.col("attributes").list.len().fill_null(0) > 0
        )
        present = [*described.get_columns(), *(feature.present for feature in features)]
        return cls(modalities=np.stack([np.asarray(each) for each in present]).sum(0))

    def similarities(
        self, queries: Sequence[RetrievalQuery], rows: Int64[np.ndarray, " pool"]
    ) -> Float[np.ndarray, "queries pool"]:
        """The number of modalities of every item of the pool, whatever the context."""
        return np.tile(self.modalities[rows].astype(np.float64), (len(queries), 1))
