"""Vectors that the shop brings: by item id, from Parquet or from npy.

FILE.parquet                columns `item_id` and `vector` (a list of numbers; null is absent)
FILE.npy and FILE.ids.txt   numbers [rows, dim], and the item id of each row, one a line

Items that the file does not name are absent. Vectors are kept as they are, not normalised.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from jaxtyping import Bool, Float32
from polars.exceptions import PolarsError

from data.errors import DuplicateError, InputError, SchemaError, UnknownItemError, UnreadableError

ENCODER_ID = "precomputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What a file holds, in its order; a row that is not `present` is zero."""

    file: Path
    ids_file: Path
    names: list[str]
    vectors: Float32[np.ndarray, "rows dim"]
    present: Bool[np.ndarray, " rows"]


def read_precomputed(
    path: Path, item_ids: Sequence[str]
) -> tuple[Float32[np.ndarray, "items dim"], Bool[np.ndarray, " items"]]:
    """The vectors in the order of `item_ids`, and which items have one.

    Raises:
        InputError: the file is missing or broken, or holds an unknown or repeated item, vectors
            of several lengths, or something that is not a finite number.
    """
    if path.suffix not in READERS:
        expected = f"a file of vectors ending in {' or '.join(READERS)}"
        raise InputError(expected=expected, got=repr(path.name), file=path)
    given = READERS[path.suffix](path)
    if not given.vectors.size:
        raise UnreadableError(expected="at least one vector", got="none", file=path)
    bad = np.flatnonzero(~np.isfinite(given.vectors).all(axis=1))
    if bad.size:
        row = int(bad[0]) + 1
        got = "NaN, infinity or more than float32 holds"
        raise SchemaError(expected="finite numbers", got=got, file=path, row=row, field="vector")
    rows = _catalogue_rows(given, item_ids)
    vectors = np.zeros((len(item_ids), given.vectors.shape[1]), dtype=np.float32)
    present = np.zeros(len(item_ids), dtype=np.bool_)
    vectors[rows], present[rows] = given.vectors, given.present
    return vectors, present


def _catalogue_rows(given: _Given, item_ids: Sequence[str]) -> list[int]:
    """The catalogue row of every row of the file."""
    row_of = {item_id: row for row, item_id in enumerate(item_ids)}
    rows: dict[str, int] = {}
    for number, name in enumerate(given.names, start=1):
        if name not in row_of:
            raise UnknownItemError(
                expected="an item of the catalogue",
                got=repr(name),
                file=given.ids_file,
                row=number,
                field="item_id",
            )
        if name in rows:
            raise DuplicateError(
                expected="one vector an item",
                got=f"{name!r} again",
                file=given.ids_file,
                row=number,
                field="item_id",
            )
        rows[name] = row_of[name]
    return list(rows.values())


def _read_parquet(path: Path) -> _Given:
    try:
        frame = pl.read_parquet(path)
    except (OSError, PolarsError) as error:
        raise UnreadableError(expected="a Parquet file", got=_line(error), file=path) from error
    for name in ("item_id", "vector"):
        if name not in frame.columns:
            got = ", ".join(frame.columns)
            raise SchemaError(expected="the column", got=f"only {got}", file=path, field=name)
    try:
        ids = frame["item_id"].cast(pl.String)
        vectors = frame["vector"].cast(pl.List(pl.Float32))
    except PolarsError as error:
        got = f"{frame['item_id'].dtype} and {frame['vector'].dtype}"
        expected = "item_id of strings, vector of lists of numbers"
        raise SchemaError(expected=expected, got=got, file=path) from error
    _check_lengths(vectors, path)
    present = vectors.is_not_null().to_numpy()
    numbers = vectors.drop_nulls().explode().to_numpy()  # [present * dim], null is NaN
    dim = len(numbers) // max(1, int(present.sum()))
    matrix = np.zeros((len(vectors), dim), dtype=np.float32)
    if dim:
        matrix[present] = numbers.reshape(-1, dim)
    names = ["" if name is None else name for name in ids]
    return _Given(file=path, ids_file=path, names=names, vectors=matrix, present=present)


def _check_lengths(vectors: pl.Series, path: Path) -> None:
    lengths = vectors.list.len()
    first = lengths.drop_nulls().head(1).to_list()
    odd = lengths.ne(pl.Series(first or [0], dtype=lengths.dtype)).arg_true().to_list()
    if odd:
        expected, got = f"{first[0]} numbers as in the first vector", str(lengths[odd[0]])
        raise SchemaError(expected=expected, got=got, file=path, row=odd[0] + 1, field="vector")


def _read_npy(path: Path) -> _Given:
    ids_file = path.with_suffix(".ids.txt")
    try:
        array = np.load(path, allow_pickle=False)
        names = ids_file.read_text("utf-8").splitlines()
    except FileNotFoundError as error:
        name = Path(error.filename).name
        expected = "vectors and, beside them, their item ids, one a line"
        raise UnreadableError(expected=expected, got=f"no {name}", file=path) from error
    except (OSError, ValueError, EOFError) as error:
        raise UnreadableError(expected="an npy file", got=_line(error), file=path) from error
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        got = f"{array.dtype} {array.shape}"
        raise SchemaError(expected="numbers [rows, dim]", got=got, file=path)
    if len(names) != len(array):
        got = f"{len(names)} lines"
        raise SchemaError(expected=f"{len(array)} item ids", got=got, file=ids_file)
    with np.errstate(over="ignore"):
        vectors = array.astype(np.float32)
    present = np.ones(len(array), dtype=np.bool_)
    return _Given(file=path, ids_file=ids_file, names=names, vectors=vectors, present=present)


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


READERS: dict[str, Callable[[Path], _Given]] = {".parquet": _read_parquet, ".npy": _read_npy}
