"""Rows in memory that views of different lengths share: one more costs no copy of those before."""

import threading
from typing import Final

import numpy as np
from jaxtyping import Float32

FIRST_CAPACITY: Final = 64


class GrowingRows:
    """Rows that are only ever added, behind those that any view reads."""

    def __init__(self, dim: int) -> None:
        self._rows = np.zeros((FIRST_CAPACITY, dim), np.float32)
        self._used = 0
        self._lock = threading.Lock()

    def view(self, length: int) -> Float32[np.ndarray, "length dim"]:
        """The first rows, in place."""
        rows: np.ndarray = self._rows[:length]
        return rows

    def extended(self, length: int, rows: Float32[np.ndarray, "added dim"]) -> "GrowingRows":
        """Rows that begin with the first `length` of these and go on with others."""
        with self._lock:
            end = length + len(rows)
            if self._used == length and end <= len(self._rows):
                self._rows[length:end] = rows
                self._used = end
                return self
        grown = GrowingRows(rows.shape[1])
        grown._rows = np.zeros((max(2 * end, FIRST_CAPACITY), rows.shape[1]), np.float32)
        grown._rows[:length], grown._rows[length:end] = self._rows[:length], rows
        grown._used = end
        return grown
