"""The popularity control: what was worn often; above chance wherever negatives are not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float, Int64

from data.questions import CompatibilityQuestion, FitbQuestion
from engine.retriever import RetrievalQuery
from engine.training_counts import TrainingCounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Popularity:
    """Scores an item by log(1 + training outfits that hold it); an unseen item has zero."""

    log_counts: Float[np.ndarray, " items"]
    name: str = "popularity"

    @classmethod
    def of(cls, counts: TrainingCounts, items: pl.DataFrame) -> "Popularity":
        """Fit the control to a catalogue, the item table whose rows the questions name."""
        outfits = dict(counts.items.iter_rows())
        seen = [outfits.get(item_id, 0) for item_id in items["item_id"].to_list()]
        return cls(log_counts=np.log1p(np.array(seen, dtype=np.float64)))

    def score_outfits(
        self, questions: Sequence[CompatibilityQuestion]
    ) -> Float[np.ndarray, " questions"]:
        """Mean over the items of the outfit."""
        means = [self.log_counts[np.sort(question.items)].mean() for question in questions]
        return np.array(means, dtype=np.float64)

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[Float[np.ndarray, " _"]]:
        """The candidate's own popularity, whatever the context."""
        return [self.log_counts[list(question.candidates)] for question in questions]

    def similarities(
        self, queries: Sequence[RetrievalQuery], rows: Int64[np.ndarray, " pool"]
    ) -> Float[np.ndarray, "queries pool"]:
        """The popularity of every item of the pool, whatever the context."""
        return np.tile(self.log_counts[rows], (len(queries), 1))
