"""Rows of bytes that may be the nearest of a query, and how near these rows are themselves.

The loops are engine/byte_scan.c, compiled when the package is installed. Where there was no
compiler, `is_compiled` is false and nothing here can be called.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int8, Int64

LIBRARY: Final = Path(__file__).with_name("libbyte_scan.so")

LANES: Final = 64
"""Rows are as wide as a multiple of this."""

NOWHERE: Final = 0

CANDIDATE: Final = np.dtype([("row", np.int64), ("product", np.int32), ("similarity", np.float32)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """What a query looks through.

    Args:
        start: the first row.
        end: the row after the last.
        allowed: which of these rows may answer; None where all may.
    """

    start: int
    end: int
    allowed: Bool[np.ndarray, " rows"] | None


def is_compiled() -> bool:
    """Whether there is a library, and it can be called here."""
    try:
        _library()
    except OSError:
        return False
    return True


def byte_scan(
    rows: Int8[np.ndarray, "rows width"],
    vectors: Float32[np.ndarray, "rows dim"],
    scale: Float32[np.ndarray, " dim"],
    queries: Float32[np.ndarray, "queries dim"],
    *,
    stretches: Sequence[Stretch],
    wide: int,
) -> tuple[
    Int64[np.ndarray, "queries wide"],
    Float32[np.ndarray, "queries wide"],
    Float64[np.ndarray, " queries"],
]:
    """For each query the nearest rows by their bytes, and what no other exceeds by its bytes.

    The rows come with the similarities of their vectors, in the order of these, of equals the first
    row first.

    Args:
        rows: of -127 to 127, as wide as a multiple of `LANES`; zero beyond `dim`; may be mapped.
        vectors: what the rows stand for; may be mapped.
        scale: what one step of a byte is worth in each dimension.
        queries: finite.
        stretches: one a query, with `wide` rows or more that may answer.
        wide: rows a query, at least 1.
    """
    masks = [each.allowed for each in stretches]
    starts = np.array([each.start for each in stretches], np.int64)
    ends = np.array([each.end for each in stretches], np.int64)
    allowed = np.array(
        [NOWHERE if mask is None else _address(mask, np.bool_) for mask in masks], np.uintp
    )
    found = np.empty((len(queries), wide), CANDIDATE)
    highest = np.empty(len(queries))
    _library().byte_scan(
        _address(rows, np.int8),
        rows.shape[1],
        _address(vectors, np.float32),
        _address(scale, np.float32),
        len(scale),
        _address(queries, np.float32),
        len(queries),
        _address(starts, np.int64),
        _address(ends, np.int64),
        _address(allowed, np.uintp),
        wide,
        _address(found, CANDIDATE),
        _address(highest, np.float64),
    )
    return found["row"], found["similarity"], highest


def _address(array: np.ndarray, kind: type[np.generic] | np.dtype) -> int:
    """Of the first number; the others follow it without a gap.

    Raises:
        ValueError: they do not, or are of another kind: what is read here is memory.
    """
    if not array.flags.c_contiguous or array.dtype != kind:
        got = f"{array.dtype} with strides {array.strides}"
        raise ValueError(f"expected {np.dtype(kind)} without gaps, got {got}")
    address: int = array.__array_interface__["data"][0]
    return address


@cache
def _library() -> ctypes.CDLL:
    """While its functions run others have the interpreter; raises OSError where it is not there."""
    library = ctypes.CDLL(str(LIBRARY))
    address, number = ctypes.c_void_p, ctypes.c_int64
    library.byte_scan.argtypes = [
        *(address, number, address, address, number, address, number),
        *(address, address, address, number, address, address),
    ]
    library.byte_scan.restype = None
    return library
