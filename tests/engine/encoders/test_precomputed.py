from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data.errors import (
    DuplicateError,
    InputError,
    SchemaError,
    UnknownItemError,
    UnreadableError,
)
from engine.encoders.precomputed import read_precomputed

ITEM_IDS = ["a", "b", "c"]


def _parquet(folder: Path, ids: list[object], vectors: object) -> Path:
    pl.DataFrame({"item_id": ids, "vector": vectors}).write_parquet(folder / "v.parquet")
    return folder / "v.parquet"


def _npy(folder: Path, ids: list[str], vectors: np.ndarray) -> Path:
    np.save(folder / "v.npy", vectors)
    (folder / "v.ids.txt").write_text("".join(f"{item_id}\n" for item_id in ids))
    return folder / "v.npy"


def test_parquet_and_npy_give_vectors_in_the_order_of_the_items(tmp_path: Path) -> None:
    paths = (
        _parquet(tmp_path, ["c", "a"], [[3.0, 4.0], [1.0, 2.0]]),
        _npy(tmp_path, ["c", "a"], np.array([[3.0, 4.0], [1.0, 2.0]])),
    )
    for path in paths:
        vectors, present = read_precomputed(path, ITEM_IDS)
        assert vectors.dtype == np.float32
        assert vectors.tolist() == [[1, 2], [0, 0], [3, 4]]
        assert present.tolist() == [True, False, True]


@pytest.mark.parametrize("kind", [pl.List(pl.Int32), pl.Array(pl.Float32, 2), pl.List(pl.Float64)])
def test_numbers_of_any_kind_are_taken(tmp_path: Path, kind: pl.DataType) -> None:
    path = _parquet(tmp_path, ["b"], pl.Series([[1, 2]], dtype=kind))
    assert read_precomputed(path, ITEM_IDS)[0][1].tolist() == [1, 2]


def test_a_null_vector_is_absent(tmp_path: Path) -> None:
    path = _parquet(tmp_path, ["a", "b"], [None, [1.0, 2.0]])
    vectors, present = read_precomputed(path, ITEM_IDS)
    assert present.tolist() == [False, True, False]
    assert vectors[1].tolist() == [1, 2]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e300, None])
def test_what_is_no_finite_number_is_refused_by_row(tmp_path: Path, bad: float | None) -> None:
    path = _parquet(tmp_path, ["a", "b", "c"], [None, [1.0, 2.0], [1.0, bad]])
    with pytest.raises(SchemaError, match=r"row 3, field 'vector': expected finite numbers"):
        read_precomputed(path, ITEM_IDS)


def test_an_npy_number_too_large_is_refused_by_row(tmp_path: Path) -> None:
    path = _npy(tmp_path, ["a", "b"], np.array([[1.0], [1e300]]))
    with pytest.raises(SchemaError, match=r"v\.npy, row 2, field 'vector'"):
        read_precomputed(path, ITEM_IDS)


def test_a_vector_of_another_length_is_refused_by_row(tmp_path: Path) -> None:
    path = _parquet(tmp_path, ["a", "b", "c"], [None, [1.0, 2.0], [1.0]])
    with pytest.raises(SchemaError, match=r"row 3, field 'vector': expected 2 numbers.*got 1"):
        read_precomputed(path, ITEM_IDS)


def test_an_unknown_item_is_refused_by_row(tmp_path: Path) -> None:
    with pytest.raises(UnknownItemError, match=r"v\.parquet, row 2, field 'item_id'.*'x'"):
        read_precomputed(_parquet(tmp_path, ["a", "x"], [[1.0], [2.0]]), ITEM_IDS)
    with pytest.raises(UnknownItemError, match=r"v\.ids\.txt, row 2, field 'item_id'.*'x'"):
        read_precomputed(_npy(tmp_path, ["a", "x"], np.ones((2, 1))), ITEM_IDS)


def test_a_repeated_item_is_refused_by_row(tmp_path: Path) -> None:
    with pytest.raises(DuplicateError, match=r"row 3, field 'item_id'.*'a' again"):
        read_precomputed(_npy(tmp_path, ["a", "b", "a"], np.ones((3, 1))), ITEM_IDS)


def test_an_item_without_an_id_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnknownItemError, match="row 2"):
        read_precomputed(_parquet(tmp_path, ["a", None], [[1.0], [2.0]]), ITEM_IDS)


@pytest.mark.parametrize("array", [np.ones(3), np.ones((3, 1), complex), np.full((3, 1), "x")])
def test_an_array_that_is_no_table_of_numbers_is_refused(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(SchemaError, match=r"v\.npy: expected numbers \[rows, dim\]"):
        read_precomputed(_npy(tmp_path, ITEM_IDS, array), ITEM_IDS)


def test_fewer_ids_than_vectors_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"v\.ids\.txt: expected 3 item ids, got 2 lines"):
        read_precomputed(_npy(tmp_path, ["a", "b"], np.ones((3, 1))), ITEM_IDS)


def test_an_npy_without_ids_names_what_is_missing(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.ones((1, 1)))
    with pytest.raises(UnreadableError, match=r"got no v\.ids\.txt"):
        read_precomputed(tmp_path / "v.npy", ITEM_IDS)


@pytest.mark.parametrize("name", ["v.npy", "v.parquet"])
@pytest.mark.parametrize("content", [b"", b"not an array"])
def test_a_broken_file_is_refused_by_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableError, match=name.replace(".", r"\.")):
        read_precomputed(tmp_path / name, ITEM_IDS)


def test_a_pickled_array_is_not_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.array([[{}]], dtype=object))
    (tmp_path / "v.ids.txt").write_text("a\n")
    with pytest.raises(UnreadableError, match=r"v\.npy"):
        read_precomputed(tmp_path / "v.npy", ITEM_IDS)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    pl.DataFrame({"item_id": ["a"], "vec": [[1.0]]}).write_parquet(tmp_path / "v.parquet")
    with pytest.raises(SchemaError, match="field 'vector': expected the column"):
        read_precomputed(tmp_path / "v.parquet", ITEM_IDS)


def test_a_column_of_another_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="lists of numbers"):
        read_precomputed(_parquet(tmp_path, ["a"], ["x"]), ITEM_IDS)


@pytest.mark.parametrize("vectors", [[None], [[]]])
def test_a_file_without_any_number_is_refused(tmp_path: Path, vectors: list[object]) -> None:
    series = pl.Series(vectors, dtype=pl.List(pl.Float32))
    with pytest.raises(UnreadableError, match="at least one vector"):
        read_precomputed(_parquet(tmp_path, ["a"], series), ITEM_IDS)


def test_another_kind_of_file_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.parquet or \.npy.*'v\.csv'"):
        read_precomputed(tmp_path / "v.csv", ITEM_IDS)
