"""The index: exact search by the similarity of `engine.metric`, partitioned by category.

Searches are almost always for one category or slot, so items lie sorted by slot and category and
a search reads one range of them; filters say before it which may answer, so they never starve it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import faiss
import numpy as np
from jaxtyping import Float32, Int64

from engine.coarse_index import CoarseIndex
from engine.coarse_search import Scan, scan_together
from engine.parts import Neighbours, Part

FEW_QUERIES: Final = 20
"""More queries than that are multiplied with the vectors at once, which reads them once for all."""

WORTH_A_COPY: Final = 16
"""One row in so many may be refused before the others are copied together and searched."""


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

    def search_parts(
        self, queries: Float32[np.ndarray, "queries dim"], parts: Sequence[Part]
    ) -> Neighbours:
        """The k items nearest to each query among its rows that may answer; fewer where they are.

        Of equals the first in the catalogue are found, as a scan would find them.

        Args:
            queries: target embeddings.
            parts: each query is of one.
        """
        nearest = Neighbours.none(len(queries))
        together: dict[int, list[Scan]] = {}
        for part in parts:
            scan = self._scan(part)
            if scan is None:
                nearest.put(part.queries, self._in_full(queries[part.queries], part))
            else:
                together.setdefault(scan.wide, []).append(scan)
        for scans in together.values():
            self._coarsely(queries, scans, nearest)
        return nearest

    def _scan(self, part: Part) -> Scan | None:
        """How the coarse copy is asked; None where every row is to be looked at."""
        few = 0 < len(part.queries) <= FEW_QUERIES
        return Scan.of(self.coarse, part) if few and self.coarse is not None else None

    def _coarsely(
        self,
        queries: Float32[np.ndarray, "queries dim"],
        scans: Sequence[Scan],
        nearest: Neighbours,
    ) -> None:
        """Search by way of the coarse copy, and of every row where that proves too little."""
        for scanned in scan_together(scans, self.vectors, queries):
            numbers, unsure = scanned.part.queries, ~scanned.sure
            nearest.put(numbers, scanned.found)
            if unsure.any():
                again = numbers[unsure]
                nearest.put(again, self._in_full(queries[again], scanned.part))

    def _in_full(self, queries: Float32[np.ndarray, "queries dim"], part: Part) -> Neighbours:
        """Look at every row.

        Where few may not answer, all are searched in place for as many more, so that an item that
        is gone does not cost a copy of its whole partition.
        """
        rows, allowed, refused = part.rows, part.allowed, part.num_refused
        if allowed is None or not refused:
            return self._nearest(queries, rows, part.k)
        if refused > len(rows) // WORTH_A_COPY:
            return self._nearest(queries, rows[allowed], part.k)
        found = self._nearest(queries, rows, part.k + refused)
        kept = [
            np.flatnonzero(allowed[np.searchsorted(rows, each)])[: part.k] for each in found.rows
        ]
        return Neighbours(
            rows=[each[at] for each, at in zip(found.rows, kept, strict=True)],
            similarities=[each[at] for each, at in zip(found.similarities, kept, strict=True)],
        )

    def _nearest(
        self,
        queries: Float32[np.ndarray, "queries dim"],
        rows: Int64[np.ndarray, " rows"],
        k: int,
    ) -> Neighbours:
        """The k nearest of all rows."""
        if not len(rows):
            return Neighbours.none(len(queries))
        wide = min(k, len(rows))
        similarities, places = _beyond_ties(
            np.ascontiguousarray(queries), self._vectors(rows), wide
        )
        if (similarities[:, 1:] == similarities[:, :-1]).any():
            order = np.lexsort((places, -similarities))
            similarities = np.take_along_axis(similarities, order, axis=1)
            places = np.take_along_axis(places, order, axis=1)
        found = rows[places[:, :wide]]
        return Neighbours(rows=list(found), similarities=list(similarities[:, :wide]))

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
