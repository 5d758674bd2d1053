"""The index: exact search by the similarity of `engine.metric`, partitioned by category.

Searches are almost always for one category or slot, so items lie sorted by slot and category and
a search reads one range of them; filters become rows before the search, so they never starve it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import faiss
import numpy as np
from jaxtyping import Bool, Float32, Int64

from engine.coarse_index import WORTH_IT, CoarseIndex

FEW_QUERIES: Final = 20
"""More queries than that are multiplied with the vectors at once, which reads them once for all."""

WIDER, MARGIN = 4, 64
"""Candidates that the coarse copy is asked for: so many times k, and so many more."""

WORTH_A_COPY: Final = 16
"""One row in so many may be refused before the others are copied together and searched."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """Rows of the best items of each query, best first, and their inner products."""

    rows: list[Int64[np.ndarray, " found"]]
    similarities: list[Float32[np.ndarray, " found"]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartitionedIndex:
    """Item embeddings in catalogue order, mapped or in memory, and the rows behind each name.

    Args:
        vectors: may be memory-mapped; where the rows are a range they are searched in place.
        partitions: ascending rows by fine category and by coarse slot.
        coarse: of the same vectors; None where they are few.
    """

    vectors: Float32[np.ndarray, "items dim"]
    partitions: dict[str, Int64[np.ndarray, " rows"]]
    coarse: CoarseIndex | None = None

    @classmethod
    def build(
        cls,
        vectors: Float32[np.ndarray, "items dim"],
        categories: Sequence[str],
        slots: Sequence[str | None],
        coarse: CoarseIndex | None = None,
    ) -> "PartitionedIndex":
        """Find the rows of each category and slot; a slot shadows a category of its name."""
        partitions = _rows_by_name(categories) | _rows_by_name([slot or "" for slot in slots])
        partitions.pop("", None)
        return cls(vectors=vectors, partitions=partitions, coarse=coarse)

    def search(
        self,
        queries: Float32[np.ndarray, "queries dim"],
        rows: Int64[np.ndarray, " rows"],
        k: int,
    ) -> Neighbours:
        """The k items among `rows` nearest to each query; fewer where there are fewer.

        Of equals the first in the catalogue are found, as a scan would find them.

        Args:
            queries: target embeddings.
            rows: ascending; a partition, or what filters leave of it.
            k: at least 1.
        """
        if not len(rows):
            nothing = np.zeros((len(queries), 0), np.float32)
            return Neighbours(rows=[rows] * len(queries), similarities=list(nothing))
        k = min(k, len(rows))
        return self._coarsely(queries, rows, k) or self._in_full(queries, rows, k)

    def search_allowed(
        self,
        queries: Float32[np.ndarray, "queries dim"],
        rows: Int64[np.ndarray, " rows"],
        allowed: Bool[np.ndarray, " rows"],
        k: int,
    ) -> Neighbours:
        """`search` among the rows that are allowed.

        Where few are not, all are searched in place for as many more, so that an item that is
        gone does not cost a copy of its whole partition.
        """
        num_refused = len(rows) - int(np.count_nonzero(allowed))
        if num_refused > len(rows) // WORTH_A_COPY:
            return self.search(queries, rows[allowed], k)
        found = self.search(queries, rows, k + num_refused)
        if not num_refused:
            return found
        kept = [np.flatnonzero(allowed[np.searchsorted(rows, each)])[:k] for each in found.rows]
        return Neighbours(
            rows=[each[at] for each, at in zip(found.rows, kept, strict=True)],
            similarities=[each[at] for each, at in zip(found.similarities, kept, strict=True)],
        )

    def _coarsely(
        self,
        queries: Float32[np.ndarray, "queries dim"],
        rows: Int64[np.ndarray, " rows"],
        k: int,
    ) -> Neighbours | None:
        """`search` by way of the coarse copy, and of every row where that proves too little.

        None where it saves nothing.
        """
        wide = WIDER * k + MARGIN
        if self.coarse is None or len(queries) > FEW_QUERIES or len(rows) < max(WORTH_IT, 4 * wide):
            return None
        lists = self.coarse.lists(rows)
        if lists is None:
            return None
        nearest = Neighbours(rows=[], similarities=[])
        looked_up = self.coarse.candidates(queries, lists, wide)
        for query, (candidates, highest) in zip(queries, looked_up, strict=True):
            found = self._in_full(query[None], candidates, k)
            if highest >= found.similarities[0][-1]:
                found = self._in_full(query[None], rows, k)
            nearest.rows.extend(found.rows)
            nearest.similarities.extend(found.similarities)
        return nearest

    def _in_full(
        self,
        queries: Float32[np.ndarray, "queries dim"],
        rows: Int64[np.ndarray, " rows"],
        k: int,
    ) -> Neighbours:
        """`search` of every row."""
        similarities, places = _beyond_ties(np.ascontiguousarray(queries), self._vectors(rows), k)
        if (similarities[:, 1:] == similarities[:, :-1]).any():
            order = np.lexsort((places, -similarities))
            similarities = np.take_along_axis(similarities, order, axis=1)
            places = np.take_along_axis(places, order, axis=1)
        found = rows[places[:, :k]]
        return Neighbours(rows=list(found), similarities=list(similarities[:, :k]))

    def _vectors(self, rows: Int64[np.ndarray, " rows"]) -> Float32[np.ndarray, "rows dim"]:
        vectors: np.ndarray = self.vectors[range_of(rows)]
        return vectors


def range_of(rows: Int64[np.ndarray, " rows"]) -> slice | Int64[np.ndarray, " rows"]:
    """Ascending rows as a slice, which copies nothing, where they are a range."""
    if not len(rows):
        return slice(0, 0)
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first + 1 == len(rows) else rows


def _beyond_ties(
    queries: Float32[np.ndarray, "queries dim"], vectors: Float32[np.ndarray, "rows dim"], k: int
) -> tuple[Float32[np.ndarray, "queries wide"], Int64[np.ndarray, "queries wide"]]:
    """The k nearest of each query, and so many more that none left out equals the last of them."""
    wide = k
    while True:
        wide = min(2 * wide if wide > k else k + 1, len(vectors))
        similarities, places = faiss.knn(queries, vectors, wide, metric=faiss.METRIC_INNER_PRODUCT)
        if wide == len(vectors) or (similarities[:, -1] < similarities[:, k - 1]).all():
            return similarities, places


def _rows_by_name(names: Sequence[str]) -> dict[str, Int64[np.ndarray, " rows"]]:
    distinct, code = np.unique(np.array(names, dtype=np.str_), return_inverse=True)
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(len(distinct)))
    return dict(zip(distinct.tolist(), np.split(order, starts[1:]), strict=True))
