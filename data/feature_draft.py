"""A feature in the making: vectors and a progress record that outlive a killed run."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, Int64

from data.atomic import atomic_file
from data.features import ARRAYS, feature_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDraft:
    """The unfinished vectors of one feature, on disk; `done` contents are in them.

    Args:
        folder: hidden folder beside the finished features.
        key: what is encoded and how; a draft with another key is of no use.
    """

    folder: Path
    key: str
    vectors: Float32[np.ndarray, "items dim"]
    present: Bool[np.ndarray, " items"]
    done: int = 0

    def put(
        self,
        rows: Int64[np.ndarray, " rows"],
        vectors: Float32[np.ndarray, "rows dim"],
        present: Bool[np.ndarray, " rows"],
        *,
        done: int,
    ) -> None:
        """Write the vectors of some rows through to the disk, then record how far we are."""
        self.vectors[rows] = vectors
        self.present[rows] = present
        for array in (self.vectors, self.present):
            assert isinstance(array, np.memmap)  # noqa: S101 - made by `open_draft`
            array.flush()
        _record(self.folder, self.key, done)

    def discard(self) -> None:
        """Remove the draft from the disk."""
        shutil.rmtree(self.folder)


def open_draft(folder: Path, name: str, key: str, shape: tuple[int, int]) -> FeatureDraft:
    """The draft of feature `name`: the one that a killed run left, if it fits, or a new one."""
    target = feature_folder(folder, name).with_name(f".{name}.draft")
    done, arrays = _recorded(target, key), _mapped(target, shape)
    if done is None or arrays is None:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        np.lib.format.open_memmap(target / ARRAYS[0], "w+", np.float32, shape)
        np.lib.format.open_memmap(target / ARRAYS[1], "w+", np.bool_, shape[:1])
        _record(target, key, 0)
        return open_draft(folder, name, key, shape)
    vectors, present = arrays
    return FeatureDraft(folder=target, key=key, vectors=vectors, present=present, done=done)


def _mapped(folder: Path, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray] | None:
    """Both arrays, open for writing, None where they are missing, broken or of another shape."""
    try:
        vectors, present = (np.load(folder / file, mmap_mode="r+") for file in ARRAYS)
    except (OSError, ValueError, EOFError):
        return None
    return (vectors, present) if vectors.shape == shape and present.shape == shape[:1] else None


def _record(folder: Path, key: str, done: int) -> None:
    with atomic_file(folder / "draft.json") as path:
        path.write_text(json.dumps({"key": key, "done": done}))


def _recorded(folder: Path, key: str) -> int | None:
    """How many contents are done, None where there is no draft of this key."""
    try:
        record = json.loads((folder / "draft.json").read_bytes())
    except (OSError, ValueError):
        return None
    fits = isinstance(record, dict) and record.get("key") == key
    return int(record["done"]) if fits else None
