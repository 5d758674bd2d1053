"""The price control: items that cost alike are said to match; nothing is learnt."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float, Int64

from engine.controls.item_pairs import DECIMALS, ItemPairs
from engine.controls.pair_control import PairControl
from engine.preparation import log_prices
from engine.retriever import RetrievalQuery


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriceRatio(PairControl):
    """Mean ratio of the lower price to the higher over pairs of items.

    A pair without both prices is left out; no pair means zero.
    """

    log_price: Float[np.ndarray, " items"]
    name: str = "price_ratio"

    @classmethod
    def of(cls, items: pl.DataFrame) -> "PriceRatio":
        """Fit the control to a catalogue, the item table whose rows the questions name."""
        return cls(log_price=log_prices(items).double().numpy())

    def similarities(
        self, queries: Sequence[RetrievalQuery], rows: Int64[np.ndarray, " pool"]
    ) -> Float[np.ndarray, "queries pool"]:
        """Mean ratio of the price of every item of the pool and those of the context."""
        answers = [
            _ratio(self.log_price[list(query.context)][:, None], self.log_price[rows])
            for query in queries
        ]
        known = [np.maximum((~np.isnan(ratios)).sum(0), 1) for ratios in answers]
        means = [np.nansum(each, 0) / count for each, count in zip(answers, known, strict=True)]
        return np.round(np.array(means).reshape(len(queries), len(rows)), DECIMALS)

    def means(self, pairs: ItemPairs) -> Float[np.ndarray, " owners"]:
        """Mean over the pairs of each owner."""
        return pairs.mean(_ratio(self.log_price[pairs.first], self.log_price[pairs.second]))


def _ratio(
    first: Float[np.ndarray, "..."], second: Float[np.ndarray, "..."]
) -> Float[np.ndarray, "..."]:
    """Lower to higher, NaN where either is unknown."""
    ratio: Float[np.ndarray, ...] = np.exp(-np.abs(first - second))
    return ratio
