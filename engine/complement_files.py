"""Files of complements: JSON lines or Parquet, written a little at a time, appearing whole."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

import polars as pl

from data.atomic import atomic_file
from data.errors import InputError, UnreadableError

COMPLEMENT_SCHEMA: Final = pl.Schema(
    {
        "context_id": pl.String(),
        "slot": pl.String(),
        "rank": pl.Int32(),
        "item_id": pl.String(),
        "similarity": pl.Float32(),
        "relevance": pl.Float32(),
    }
)
"""One row for each complement, the best of its context and slot at rank 1."""

ROWS_A_GROUP: Final = 2**18

Write: TypeAlias = Callable[[pl.DataFrame], None]


@contextmanager
def complement_file(path: Path) -> Iterator[Write]:
    """A function that appends a frame of `COMPLEMENT_SCHEMA`; on an error `path` stays as it was.

    Raises:
        InputError: `path` ends in neither .parquet nor .jsonl nor .ndjson, or is a folder.
    """
    writers: Mapping[str, Callable[[Path], AbstractContextManager[Write]]] = {
        ".parquet": _parquet,
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
    }
    writer = writers.get(path.suffix.lower())
    if writer is None:
        expected = "an output that ends in " + ", ".join(writers)
        raise UnreadableError(expected=expected, got=repr(path.name), file=path)
    if path.is_dir():
        raise InputError(expected="a file to write to", got="a folder", file=path)
    with atomic_file(path) as temporary, writer(temporary) as write:
        yield write


@contextmanager
def _json_lines(path: Path) -> Iterator[Write]:
    with path.open("wb") as file:
        yield lambda frame: frame.write_ndjson(file)


@contextmanager
def _parquet(path: Path) -> Iterator[Write]:
    """Parts of one row group each beside `path`, streamed into one file at the end."""
    with TemporaryDirectory(dir=path.parent, prefix=path.stem) as folder:
        parts = _Parts(Path(folder))
        yield parts.append
        parts.flush()
        table = pl.scan_parquet(Path(folder) / "*.parquet")
        table.sink_parquet(path, row_group_size=ROWS_A_GROUP)


class _Parts:
    """Frames held until they fill a row group, then written as one numbered file of `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = [COMPLEMENT_SCHEMA.to_frame()]
        self._num_parts = 0

    def append(self, frame: pl.DataFrame) -> None:
        """Add rows."""
        self._held.append(frame)
        if sum(len(held) for held in self._held) >= ROWS_A_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what is held; the first part is written even without rows, for its columns."""
        rows = pl.concat(self._held)
        if len(rows) or not self._num_parts:
            rows.write_parquet(self._folder / f"{self._num_parts:09}.parquet")
            self._num_parts += 1
        self._held = [COMPLEMENT_SCHEMA.to_frame()]
