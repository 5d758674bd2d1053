"""The category control: which categories are worn together, counted on the training outfits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float, Int64

from engine.controls.item_pairs import DECIMALS, ItemPairs
from engine.controls.pair_control import PairControl
from engine.retriever import RetrievalQuery
from engine.training_counts import TrainingCounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CategoryPmi(PairControl):
    """Mean pointwise mutual information of the categories, over pairs of items.

    pmi(a, b) = log p(a, b) / (p(a) p(b)), where p(a, b) is the share of ordered item pairs of
    training outfits with these categories after one is added to every count, and p(a) is its
    marginal. A category that training never saw is neutral: its pairs have a pmi of zero.

    Args:
        codes: the category of every item as a row of `table`; its last row is the neutral one.
        table: the pmi of every pair of categories.
    """

    codes: Int64[np.ndarray, " items"]
    table: Float[np.ndarray, "categories categories"]
    name: str = "category_pmi"

    @classmethod
    def of(cls, counts: TrainingCounts, items: pl.DataFrame) -> "CategoryPmi":
        """Fit the control to a catalogue, the item table whose rows the questions name."""
        names = counts.categories["category"].to_list()
        code_of = {name: code for code, name in enumerate(names)}
        codes = [code_of.get(name, len(names)) for name in items["category"].to_list()]
        return cls(codes=np.array(codes, dtype=np.int64), table=pmi_table(counts, names))

    def similarities(
        self, queries: Sequence[RetrievalQuery], rows: Int64[np.ndarray, " pool"]
    ) -> Float[np.ndarray, "queries pool"]:
        """Mean pmi of every item of the pool with the items of the context."""
        pmi = [self.table[self.codes[list(query.context)]].mean(axis=0) for query in queries]
        by_category = np.round(np.array(pmi).reshape(len(queries), len(self.table)), DECIMALS)
        return by_category[:, self.codes[rows]]

    def means(self, pairs: ItemPairs) -> Float[np.ndarray, " owners"]:
        """Mean over the pairs of each owner."""
        return pairs.mean(self.table[self.codes[pairs.first], self.codes[pairs.second]])


def pmi_table(
    counts: TrainingCounts, names: Sequence[str]
) -> Float[np.ndarray, "categories categories"]:
    """The pmi of every pair of named categories; the last row and column are the neutral one."""
    code_of = {name: code for code, name in enumerate(names)}
    joint = np.ones((len(names), len(names)))
    for first, second, number in counts.category_pairs.iter_rows():
        if first in code_of and second in code_of:
            joint[code_of[first], code_of[second]] += number
            joint[code_of[second], code_of[first]] += number
    joint /= joint.sum() if code_of else 1.0
    marginal = joint.sum(axis=1)
    return np.pad(np.log(joint / np.outer(marginal, marginal)), (0, 1))
