"""Arrays on the disk: written a chunk at a time and read through mapped memory."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor


def mapped_tensor(array: np.ndarray) -> Tensor:
    """The numbers of a mapped array as a tensor over the same memory; never write to it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)


def mapped_rows(
    chunks: Iterable[Float32[np.ndarray, "_ width"]], scratch: Path | None
) -> Float[Tensor, "rows width"]:
    """The rows of all chunks, mapped from a file without a name that goes when they are let go.

    Args:
        chunks: at least one.
        scratch: the folder of the file; None for the system's temporary one.
    """
    num_rows = width = 0
    with TemporaryFile(dir=scratch) as file:
        for chunk in chunks:
            np.ascontiguousarray(chunk).tofile(file)
            num_rows, width = num_rows + len(chunk), chunk.shape[1]
        if num_rows * width == 0:  # an empty file cannot be mapped
            return torch.zeros(num_rows, width)
        return mapped_tensor(np.memmap(file, np.float32, "r", shape=(num_rows, width)))
