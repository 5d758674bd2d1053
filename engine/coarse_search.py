"""Search by way of the coarse copy: of many parts in one scan, then of what it leaves itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from engine.byte_scan import Stretch
from engine.coarse_index import WORTH_IT, CoarseIndex
from engine.parts import Neighbours, Part

WIDER, MARGIN, STEP = 3, 48, 32
"""Candidates that the copy is asked for: so many times k, so many more, rounded up to so many."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """A part, as the copy is asked for it; those of one `wide` are asked together.

    Args:
        coarse: the copy.
        part: what is searched.
        stretch: the same, as the copy is told it.
        wide: candidates a query.
    """

    coarse: CoarseIndex
    part: Part
    stretch: Stretch
    wide: int

    @classmethod
    def of(cls, coarse: CoarseIndex, part: Part) -> "Scan | None":
        """None where the copy saves nothing, or the rows are no range."""
        if len(part.rows) < WORTH_IT:
            return None
        start, end = int(part.rows[0]), int(part.rows[-1]) + 1
        wide = -(-(WIDER * part.k + MARGIN) // STEP) * STEP
        if end - start != len(part.rows) or len(part.rows) - part.num_refused < 4 * wide:
            return None
        stretch = Stretch(start=start, end=end, allowed=part.allowed)
        return cls(coarse=coarse, part=part, stretch=stretch, wide=wide)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scanned:
    """What came of the queries of one part.

    Args:
        part: the part.
        found: the nearest among the candidates.
        sure: where they are the nearest of all.
    """

    part: Part
    found: Neighbours
    sure: Bool[np.ndarray, " queries"]


def scan_together(
    scans: Sequence[Scan],
    vectors: Float32[np.ndarray, "items dim"],
    queries: Float32[np.ndarray, "queries dim"],
) -> Iterator[Scanned]:
    """Every part in one pass over its candidates.

    Args:
        scans: one or more, of one `wide`.
        vectors: the item embeddings themselves.
        queries: of all parts.
    """
    asked = queries[np.concatenate([scan.part.queries for scan in scans])]
    stretches = [scan.stretch for scan in scans for _ in scan.part.queries]
    found = scans[0].coarse.candidates(vectors, asked, stretches, scans[0].wide)
    end = 0
    for scan in scans:
        own = slice(end, end := end + len(scan.part.queries))
        nearest = found.similarities[own, : scan.part.k]
        rows = found.rows[own, : scan.part.k]
        yield Scanned(
            part=scan.part,
            found=Neighbours(rows=list(rows), similarities=list(nearest)),
            sure=found.highest[own] < nearest[:, -1],
        )
