"""A copy of the item embeddings at a quarter of their size, which a search reads first.

A search of a large partition takes as long as its vectors take to come from memory. Here every
number is a byte, on a scale of its dimension, and similarities are off by a known amount at most:
what cannot be among the nearest is left out, and only the rest is looked at itself. Answers stay
exact.

coarse.npy           bytes of every row, mapped
coarse.safetensors   the scale of each dimension, and by how much a similarity is off at most
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import Float32, Float64, Int8, Int64
from numpy.lib.format import open_memmap
from safetensors.numpy import load_file, save_file

from engine.byte_scan import LANES, Stretch, byte_scan, is_compiled

logger = logging.getLogger(__name__)

FILES: Final = ("coarse.npy", "coarse.safetensors")
WORTH_IT: Final = 4096
"""Rows of a catalogue, or of a search, from which the copy saves more than it costs."""

LARGEST: Final = 127

CHUNK: Final = 8192


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Rows for each query, nearest first, of equals the first.

    Args:
        rows: that may be the nearest of all.
        similarities: their own.
        highest: what no other row exceeds.
    """

    rows: Int64[np.ndarray, "queries wide"]
    similarities: Float32[np.ndarray, "queries wide"]
    highest: Float64[np.ndarray, " queries"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoarseIndex:
    """The bytes of a catalogue.

    Args:
        rows: -127 to 127; zero beyond the dimensions of the vectors.
        scale: what one step of a byte is worth in each dimension.
        error: by which a similarity by bytes is off at most, for a query of length one.
    """

    rows: Int8[np.ndarray, "items width"]
    scale: Float32[np.ndarray, " dim"]
    error: float

    @classmethod
    def read(cls, folder: Path) -> "CoarseIndex | None":
        """What `write_coarse` wrote; None where it wrote nothing, or nothing here can read it.

        Raises:
            ValueError: it wrote something else.
        """
        rows, numbers = (folder / name for name in FILES)
        if not rows.is_file():
            return None
        if not is_compiled():
            logger.warning("searches read every vector: engine/byte_scan.c is not compiled")
            return None
        told = load_file(numbers)
        mapped: np.ndarray = np.load(rows, mmap_mode="r").view(np.ndarray)
        _check(mapped, told["scale"])
        return cls(rows=mapped, scale=told["scale"], error=float(told["error"]))

    def candidates(
        self,
        vectors: Float32[np.ndarray, "items dim"],
        queries: Float32[np.ndarray, "queries dim"],
        stretches: Sequence[Stretch],
        wide: int,
    ) -> Candidates:
        """For each query rows among which are the nearest, if it is sure of it.

        Args:
            vectors: of which this is the copy.
            queries: as of the vectors.
            stretches: that each query looks through; they hold `wide` allowed rows or more.
            wide: how many rows a query.
        """
        rows, similarities, highest = byte_scan(
            self.rows, vectors, self.scale, queries, stretches=stretches, wide=wide
        )
        lengths = np.sqrt((queries * queries).sum(axis=1))
        return Candidates(
            rows=rows, similarities=similarities, highest=highest + self.error * lengths
        )


def write_coarse(folder: Path, vectors: Float32[np.ndarray, "items dim"]) -> None:
    """Write the bytes of a large catalogue beside its vectors; of a small one nothing.

    Args:
        folder: of a bundle.
        vectors: item embeddings in catalogue order; may be mapped.
    """
    if len(vectors) < WORTH_IT:
        return
    rows, numbers = (folder / name for name in FILES)
    shape = len(vectors), _width(vectors.shape[1])
    written = open_memmap(rows, mode="w+", dtype=np.int8, shape=shape)
    scale, error = _scale(vectors), 0.0
    for first in range(0, len(vectors), CHUNK):
        chunk = vectors[first : first + CHUNK]
        steps = np.rint(chunk / scale)
        error = max(error, _error(chunk, steps * scale))
        written[first : first + CHUNK, : len(scale)] = steps
    written.flush()
    save_file({"scale": scale, "error": np.array(error, np.float32)}, numbers)


def _check(rows: np.ndarray, scale: np.ndarray) -> None:
    """Raise `ValueError` where the compiled loop would read other memory than these."""
    width = _width(len(scale))
    right = rows.dtype == np.int8 and scale.dtype == np.float32 and rows.flags.c_contiguous
    if not right or rows.shape[1:] != (width,):
        raise ValueError(f"expected int8 in rows of {width}, got {rows.dtype} in {rows.shape}")


def _width(dim: int) -> int:
    return -(-dim // LANES) * LANES


def _scale(vectors: Float32[np.ndarray, "items dim"]) -> Float32[np.ndarray, " dim"]:
    """So that the largest number of each dimension is the largest step; one where all are zero."""
    largest = np.zeros(vectors.shape[1], np.float32)
    for first in range(0, len(vectors), CHUNK):
        largest = np.maximum(largest, np.abs(vectors[first : first + CHUNK]).max(axis=0))
    return np.where(largest > 0, largest / LARGEST, 1).astype(np.float32)


def _error(
    rows: Float32[np.ndarray, "rows dim"], rounded: Float32[np.ndarray, "rows dim"]
) -> float:
    """The largest distance of a row to what its bytes say, and what a sum of products loses.

    A sum of n products in float32 is off by n half units in the last place of its lengths at most;
    it is counted four times, to be on the safe side.
    """
    lost = 2 * rows.shape[1] * np.finfo(np.float32).eps * np.linalg.norm(rows, axis=1)
    return float((np.linalg.norm(rows - rounded, axis=1) + lost).max())
