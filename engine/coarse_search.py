"""Search by way of the coarse copy: of many parts in one scan, then of what it leaves itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import faiss
import numpy as np
from jaxtyping import Bool, Float32, Int64

from engine.coarse_index import WORTH_IT, CoarseIndex
from engine.parts import Neighbours, Part

WIDER, MARGIN, STEP = 3, 48, 32
"""Candidates that the copy is asked for: so many times k, so many more, rounded up to so many."""

FEW_REFUSED: Final = 64
"""Rows that may not answer are candidates too, and dropped; where there are more, none is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """A part, as the copy is asked for it; those of one `wide` and `selects` are asked together.

    Args:
        coarse: the copy.
        part: what is searched.
        lists: of the copy, that hold the rows of the part.
        wide: candidates a query.
        refused: rows of the part that may not answer.
    """

    coarse: CoarseIndex
    part: Part
    lists: range
    wide: int
    refused: int

    @property
    def selects(self) -> bool:
        """Only rows that may answer become candidates."""
        return self.refused > FEW_REFUSED

    @classmethod
    def of(cls, coarse: CoarseIndex, part: Part) -> "Scan | None":
        """None where the copy saves nothing."""
        if len(part.rows) < WORTH_IT or (lists := coarse.lists(part.rows)) is None:
            return None
        refused = part.num_refused
        dropped = refused if refused <= FEW_REFUSED else 0
        wide = -(-(WIDER * part.k + MARGIN + dropped) // STEP) * STEP
        if len(part.rows) - refused < 4 * wide:
            return None
        return cls(coarse=coarse, part=part, lists=lists, wide=wide, refused=refused)


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
        scans: one or more, of one `wide` and `selects`.
        vectors: the item embeddings themselves.
        queries: of all parts.
    """
    asked = queries[np.concatenate([scan.part.queries for scan in scans])]
    lists = [scan.lists for scan in scans for _ in scan.part.queries]
    selected = _selected(scans, len(vectors)) if scans[0].selects else None
    rows, highest = scans[0].coarse.candidates(asked, lists, scans[0].wide, selected)
    similarities = _inner_products(asked, vectors, rows)
    end = 0
    for scan in scans:
        own = slice(end, end := end + len(scan.part.queries))
        _drop(scan, rows[own], similarities[own])
    order = np.argsort(-similarities, axis=1, kind="stable")
    rows = np.take_along_axis(rows, order, axis=1)
    similarities = np.take_along_axis(similarities, order, axis=1)
    end = 0
    for scan in scans:
        own = slice(end, end := end + len(scan.part.queries))
        nearest = similarities[own, : scan.part.k]
        yield Scanned(
            part=scan.part,
            found=Neighbours(rows=list(rows[own, : scan.part.k]), similarities=list(nearest)),
            sure=highest[own] < nearest[:, -1],
        )


def _drop(
    scan: Scan,
    rows: Int64[np.ndarray, "queries wide"],
    similarities: Float32[np.ndarray, "queries wide"],
) -> None:
    """Put candidates that may not answer behind all others."""
    allowed = scan.part.allowed
    if allowed is not None and not scan.selects:
        similarities[~allowed[rows - scan.part.rows[0]]] = -np.inf


def _selected(scans: Sequence[Scan], num_rows: int) -> Any:
    """The rows that may answer, as faiss is told them."""
    allowed = np.zeros(num_rows, np.bool_)
    for scan in scans:
        rows, own = scan.part.rows, scan.part.allowed
        allowed[rows[0] : rows[-1] + 1] = True if own is None else own
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))  # type: ignore[call-arg,arg-type]


def _inner_products(
    queries: Float32[np.ndarray, "queries dim"],
    vectors: Float32[np.ndarray, "items dim"],
    rows: Int64[np.ndarray, "queries wide"],
) -> Float32[np.ndarray, "queries wide"]:
    """Of each query with its own rows, where they lie."""
    products = np.empty(rows.shape, np.float32)
    faiss.fvec_inner_products_by_idx(  # type: ignore[attr-defined]
        faiss.swig_ptr(products),
        faiss.swig_ptr(queries),
        faiss.swig_ptr(vectors),
        faiss.swig_ptr(rows),
        vectors.shape[1],
        *rows.shape,
    )
    return products
