"""Reading what a bundle consists of: whatever is wrong with a file is an error that names it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
from jaxtyping import Float32

from data.errors import BundleError, OutfitError
from data.tables import check_items
from engine.coarse_index import FILES, CoarseIndex


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Within the block, whatever goes wrong is the fault of a file.

    Raises:
        BundleError: whatever was raised.
    """
    try:
        yield
    except OutfitError as error:
        raise BundleError(str(error)) from error
    except Exception as error:
        cause = f"{type(error).__name__} ({' '.join(str(error).split())})"
        raise BundleError(f"{path}: expected a file that fits the bundle, got {cause}") from error


def read_items(folder: Path) -> pl.DataFrame:
    """The item table; raises BundleError."""
    path = folder / "items.parquet"
    with reading(path):
        items = pl.read_parquet(path)
        check_items(items, path)
    return items


def read_vectors(folder: Path, *, items: int, dim: int) -> Float32[np.ndarray, "items dim"]:
    """The item embeddings, mapped; raises BundleError where they are of other items or models."""
    path = folder / "vectors.npy"
    with reading(path):
        vectors: np.ndarray = np.load(path, mmap_mode="r")
    if vectors.shape != (items, dim) or vectors.dtype != np.float32:
        shape = " rows of ".join(map(str, vectors.shape))
        raise BundleError(
            f"{path}: expected {items} rows of {dim} numbers in float32, "
            f"got {shape} numbers in {vectors.dtype}"
        )
    if not vectors.flags.c_contiguous:
        raise BundleError(f"{path}: expected row after row, got column after column")
    return vectors


def read_coarse(folder: Path, *, items: int, dim: int) -> CoarseIndex | None:
    """The coarse copy of the embeddings, if there is one; raises BundleError as they do."""
    path = folder / FILES[0]
    with reading(path):
        coarse = CoarseIndex.read(folder)
    if coarse is not None and (len(coarse.rows), len(coarse.scale)) != (items, dim):
        raise BundleError(
            f"{path}: expected {items} rows of {dim} numbers, "
            f"got {len(coarse.rows)} of {len(coarse.scale)}"
        )
    return coarse
