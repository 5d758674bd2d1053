"""The raw cosine control: items that look or read alike are said to match; nothing is learnt."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from data.features import Feature
from engine.controls.item_pairs import DECIMALS, ItemPairs
from engine.controls.pair_control import PairControl
from engine.retriever import RetrievalQuery

CHUNK = 8192  # pairs whose vectors are in memory at once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawCosine(PairControl):
    """Mean cosine of the frozen features over pairs of items.

    Modalities are scaled to unit length each and then joined, so the cosine of a pair is its mean
    over the modalities that both items have. A pair without any is left out; no pair means zero.
    """

    features: tuple[Feature, ...]
    name: str = "raw_cosine"

    def similarities(
        self, queries: Sequence[RetrievalQuery], rows: Int64[np.ndarray, " pool"]
    ) -> Float[np.ndarray, "queries pool"]:
        """Mean cosine of every item of the pool with the items of the context."""
        owner = np.repeat(np.arange(len(queries)), [len(query.context) for query in queries])
        worn, place = np.unique(
            [row for query in queries for row in query.context], return_inverse=True
        )
        held = np.zeros((len(queries), len(worn)))
        np.add.at(held, (owner, place), 1.0)
        total, shared = np.zeros((2, len(worn), len(rows)))
        for feature in self.features:
            total += _unit(feature, worn) @ _unit(feature, rows).T
            shared += np.outer(feature.present[worn], feature.present[rows])
        known = (shared > 0).astype(np.float64)
        sums = held @ (total / np.maximum(shared, 1.0))
        return np.asarray(np.round(sums / np.maximum(held @ known, 1), DECIMALS), np.float64)

    def means(self, pairs: ItemPairs) -> Float[np.ndarray, " owners"]:
        """Mean over the pairs of each owner."""
        total = np.zeros(len(pairs.owner))
        shared = np.zeros(len(pairs.owner))
        for feature in self.features:
            cosine = _cosine(feature, pairs)
            shared += ~np.isnan(cosine)
            total += np.nan_to_num(cosine)
        return pairs.mean(np.where(shared > 0, total / np.maximum(shared, 1), np.nan))


def _cosine(feature: Feature, pairs: ItemPairs) -> Float[np.ndarray, " pairs"]:
    """Cosine of every pair, NaN where one of the two lacks the feature."""
    cosine = np.full(len(pairs.owner), np.nan)
    both = np.flatnonzero(feature.present[pairs.first] & feature.present[pairs.second])
    for start in range(0, len(both), CHUNK):
        chunk = both[start : start + CHUNK]
        first = feature.vectors[pairs.first[chunk]].astype(np.float64)
        second = feature.vectors[pairs.second[chunk]].astype(np.float64)
        norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
        dots = np.einsum("pd,pd->p", first, second)
        cosine[chunk] = np.divide(dots, norms, out=np.zeros_like(dots), where=norms > 0)
    return cosine


def _unit(feature: Feature, rows: Int64[np.ndarray, " rows"]) -> Float[np.ndarray, "rows dim"]:
    """The vectors of the rows, of unit length; zero where absent."""
    vectors = feature.vectors[rows].astype(np.float64) * feature.present[rows, None]
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1), np.float64)
