"""A copy of the item embeddings at a quarter of their size, which a search reads first.

A search of a large partition takes as long as its vectors take to come from memory. Here every
number is a byte, on a scale of its dimension, and similarities are off by a known amount at most:
what cannot be among the nearest is left out, and only the rest is looked at itself. Answers stay
exact.

coarse.faiss         bytes of every row, mapped; a list for each run of a slot and category
coarse.safetensors   the scale of each dimension, and by how much a similarity is off at most
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np
from jaxtyping import Float32, Int64
from safetensors.numpy import load_file, save_file

FILES: Final = ("coarse.faiss", "coarse.safetensors")
WORTH_IT: Final = 4096
"""Rows of a catalogue, or of a search, from which the copy saves more than it costs."""

LANES: Final = 16
"""Rows of bytes are as wide as the next multiple, which the widest instructions read at once."""

LARGEST: Final = 127
ZERO: Final = 128
"""The byte that stands for zero."""

NO_LIST: Final = -1
"""Stands after the lists of a query that looks through fewer than others."""

CHUNK: Final = 8192


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoarseIndex:
    """The bytes of a catalogue.

    Args:
        index: faiss's inverted file, whose lists are ranges of rows, one after the other.
        ends: the row after the last of each list.
        scale: what one step of a byte is worth in each dimension.
        error: by which a similarity by bytes is off at most, for a query of length one.
    """

    index: Any
    ends: Int64[np.ndarray, " lists"]
    scale: Float32[np.ndarray, " dim"]
    error: float

    @classmethod
    def read(cls, folder: Path) -> "CoarseIndex | None":
        """What `write_coarse` wrote; None where it wrote nothing. The bytes are mapped."""
        lists, numbers = (folder / name for name in FILES)
        if not lists.is_file():
            return None
        index: Any = faiss.read_index(str(lists), faiss.IO_FLAG_MMAP_IFC)
        sizes = [index.invlists.list_size(number) for number in range(index.nlist)]
        told = load_file(numbers)
        return cls(
            index=index,
            ends=np.cumsum(sizes),
            scale=told["scale"],
            error=float(told["error"]),
        )

    def lists(self, rows: Int64[np.ndarray, " rows"]) -> range | None:
        """The lists that hold just these ascending rows; None where there are no such lists."""
        start, end = int(rows[0]), int(rows[-1]) + 1
        first, last = np.searchsorted(self.ends, [start, end - 1], side="right").tolist()
        begins = self.ends[first - 1] if first else 0
        if end - start != len(rows) or begins != start or self.ends[last] != end:
            return None
        return range(first, last + 1)

    def candidates(
        self,
        queries: Float32[np.ndarray, "queries dim"],
        lists: Sequence[range],
        wide: int,
        selected: faiss.IDSelector | None = None,
    ) -> tuple[Int64[np.ndarray, "queries wide"], Float32[np.ndarray, " queries"]]:
        """For each query, ascending rows, and a similarity that no other row exceeds.

        Args:
            queries: as of the vectors.
            lists: that each query looks through; they hold `wide` selected rows or more.
            wide: how many rows a query.
            selected: rows that may be candidates; all where None.
        """
        asked = np.zeros((len(queries), self.index.d), np.float32)
        asked[:, : len(self.scale)] = queries * self.scale
        similarities, rows = self._scan(asked, lists, wide, selected)
        lengths = np.sqrt((queries * queries).sum(axis=1))
        rows.sort(axis=1)
        return rows, similarities[:, -1] + self.error * lengths

    def _scan(
        self,
        asked: Float32[np.ndarray, "queries width"],
        lists: Sequence[range],
        wide: int,
        selected: faiss.IDSelector | None,
    ) -> tuple[Float32[np.ndarray, "queries wide"], Int64[np.ndarray, "queries wide"]]:
        """The inverted file's own search, in lists that are given."""
        visited = np.full((len(asked), max(map(len, lists))), NO_LIST, np.int64)
        for row, own in zip(visited, lists, strict=True):
            row[: len(own)] = own
        centres = np.zeros(visited.shape, np.float32)
        similarities = np.empty((len(asked), wide), np.float32)
        rows = np.empty((len(asked), wide), np.int64)
        self.index.search_preassigned_c(
            len(asked),
            faiss.swig_ptr(asked),
            wide,
            faiss.swig_ptr(visited),
            faiss.swig_ptr(centres),
            faiss.swig_ptr(similarities),
            faiss.swig_ptr(rows),
            False,  # noqa: FBT003 - faiss's own signature: labels are rows, not places in lists
            faiss.SearchParametersIVF(sel=selected, nprobe=visited.shape[1]),  # type: ignore[call-arg]
        )
        return similarities, rows


def write_coarse(
    folder: Path,
    vectors: Float32[np.ndarray, "items dim"],
    kinds: Sequence[tuple[str | None, str]],
) -> None:
    """Write the bytes of a large catalogue beside its vectors; of a small one nothing.

    Args:
        folder: of a bundle.
        vectors: item embeddings in catalogue order; may be mapped.
        kinds: slot and category of each; equal ones stand together.
    """
    if len(vectors) < WORTH_IT:
        return
    scale, ends = _scale(vectors), _ends(kinds)
    index, error = _without_rows(vectors.shape[1], len(ends)), 0.0
    for number, (start, end) in enumerate(pairwise([0, *ends])):
        for first in range(start, end, CHUNK):
            chunk = vectors[first : min(first + CHUNK, end)]
            steps = np.rint(chunk / scale)
            error = max(error, _error(chunk, steps * scale))
            _add(index, number, first, steps)
    lists, numbers = (folder / name for name in FILES)
    faiss.write_index(index, str(lists))
    save_file({"scale": scale, "error": np.array(error, np.float32)}, numbers)


def _scale(vectors: Float32[np.ndarray, "items dim"]) -> Float32[np.ndarray, " dim"]:
    """So that the largest number of each dimension is the largest step; one where all are zero."""
    largest = np.zeros(vectors.shape[1], np.float32)
    for first in range(0, len(vectors), CHUNK):
        largest = np.maximum(largest, np.abs(vectors[first : first + CHUNK]).max(axis=0))
    return np.where(largest > 0, largest / LARGEST, 1).astype(np.float32)


def _error(
    rows: Float32[np.ndarray, "rows dim"], rounded: Float32[np.ndarray, "rows dim"]
) -> float:
    """The largest distance of a row to what its bytes say, and what two sums of products lose.

    A sum of n products in float32 is off by n half units in the last place of its lengths at most;
    it is taken twice, for the bytes and for the row, and counted double to be on the safe side.
    """
    lost = 2 * rows.shape[1] * np.finfo(np.float32).eps * np.linalg.norm(rows, axis=1)
    return float((np.linalg.norm(rows - rounded, axis=1) + lost).max())


def _ends(kinds: Sequence[tuple[str | None, str]]) -> list[int]:
    """The row after the last of each run of equal kinds."""
    changes = (row for row, (one, other) in enumerate(pairwise(kinds), 1) if one != other)
    return [*changes, len(kinds)]


def _without_rows(dim: int, num_lists: int) -> Any:
    width = -(-dim // LANES) * LANES
    index: Any = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(width),
        width,
        num_lists,
        faiss.ScalarQuantizer.QT_8bit_uniform,
        faiss.METRIC_INNER_PRODUCT,
        False,  # noqa: FBT003 - faiss's own signature: bytes are of rows, not of what centres leave
    )
    faiss.copy_array_to_vector(np.array([-ZERO - 0.5, 255], np.float32), index.sq.trained)
    index.is_trained = True
    return index


def _add(index: Any, number: int, first: int, steps: np.ndarray) -> None:
    """Put rows from `first` on into a list."""
    rows = np.arange(first, first + len(steps))
    codes = np.full((len(steps), index.d), ZERO, np.uint8)
    codes[:, : steps.shape[1]] = steps + ZERO
    index.invlists.add_entries(number, len(rows), faiss.swig_ptr(rows), faiss.swig_ptr(codes))
    index.ntotal += len(rows)
