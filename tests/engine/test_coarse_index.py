from pathlib import Path

import numpy as np
import pytest

from engine import coarse_index as coarse_index_module
from engine import index as index_module
from engine.byte_scan import Stretch
from engine.coarse_index import FILES, WORTH_IT, CoarseIndex, write_coarse
from engine.index import PartitionedIndex
from engine.parts import Part
from tests.engine.one_part import search

SIZES = {("shoes", "boots"): 6000, ("shoes", "sandals"): 5000, ("tops", "shirts"): 300}
DIM = 37


def clustered(*, distinct: int, seed: int = 0, dim: int = DIM) -> np.ndarray:
    """Items about a few centres, some numbers far larger than others, one always zero."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(distinct, dim))
    vectors = centres[rng.integers(distinct, size=sum(SIZES.values()))]
    vectors = (vectors + rng.normal(scale=0.1, size=vectors.shape)) * np.linspace(0.01, 1, dim)
    vectors[:, 5] = 0
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def kinds() -> list[tuple[str, str]]:
    return [kind for kind, size in SIZES.items() for _ in range(size)]


def both(folder: Path, vectors: np.ndarray) -> tuple[PartitionedIndex, PartitionedIndex]:
    """The index with the coarse copy, and without."""
    write_coarse(folder, vectors)
    slots, categories = zip(*kinds(), strict=True)
    coarse = CoarseIndex.read(folder)
    assert coarse is not None
    return (
        PartitionedIndex.build(vectors, categories, slots, coarse),
        PartitionedIndex.build(vectors, categories, slots),
    )


def queries(vectors: np.ndarray, number: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    mixed = np.stack([vectors[rng.integers(len(vectors), size=4)].mean(0) for _ in range(number)])
    return (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)


def in_steps(vectors: np.ndarray) -> np.ndarray:
    """Rounded so that every sum of products is exact, in whichever order it is taken."""
    return (np.rint(1024 * vectors) / 1024).astype(np.float32)


@pytest.mark.parametrize("name", ["boots", "sandals", "shoes", "shirts"])
@pytest.mark.parametrize("k", [1, 20, 300])
def test_a_search_finds_what_it_finds_without_the_copy(name: str, k: int, tmp_path: Path) -> None:
    vectors = clustered(distinct=40)
    coarse, full = both(tmp_path, vectors)
    rows = full.partitions[name]
    for number in (1, 5, 30):
        asked = queries(vectors, number)
        found, expected = search(coarse, asked, rows, k), search(full, asked, rows, k)
        for got, right in zip(found.rows, expected.rows, strict=True):
            assert got.tolist() == right.tolist()
        np.testing.assert_allclose(found.similarities, expected.similarities, atol=1e-6)


def test_a_large_partition_is_not_read_in_full(tmp_path, monkeypatch) -> None:
    vectors = clustered(distinct=40)
    coarse, full = both(tmp_path, vectors)
    read: list[int] = []
    knn = index_module.faiss.knn

    def counted(asked, looked_at, *rest, **options):
        read.append(len(looked_at))
        return knn(asked, looked_at, *rest, **options)

    monkeypatch.setattr(index_module.faiss, "knn", counted)
    search(coarse, queries(vectors, 3), full.partitions["shoes"], 10)
    assert read == []
    search(coarse, queries(vectors, 3), full.partitions["shirts"], 10)
    assert read == [300]


@pytest.mark.parametrize("seed", range(4))
def test_parts_that_are_searched_together_find_what_each_finds_without_the_copy(
    seed: int, tmp_path: Path
) -> None:
    """Of several sizes, with all rows allowed, all but a few, and few."""
    rng = np.random.default_rng(seed)
    vectors = clustered(distinct=40)
    coarse, full = both(tmp_path, vectors)
    refused = {"boots": 0.0, "sandals": 0.004, "shirts": 0.1, "shoes": 0.4}
    allowed = rng.random(len(vectors)) >= 0.4
    asked, parts = queries(vectors, 12), []
    for number, (name, share) in enumerate(refused.items()):
        rows = full.partitions[name]
        passed = rng.random(len(rows)) >= share if name != "shoes" else allowed[rows]
        own = np.arange(3 * number, 3 * number + 3)
        parts.append(Part(queries=own, rows=rows, allowed=passed, k=int(rng.integers(1, 40))))
    for together in (parts[:3], parts[3:], [parts[3], parts[2]]):
        found, expected = (index.search_parts(asked, together) for index in (coarse, full))
        assert [each.tolist() for each in found.rows] == [each.tolist() for each in expected.rows]
        for got, right in zip(found.similarities, expected.similarities, strict=True):
            np.testing.assert_allclose(got, right, atol=1e-6)


@pytest.mark.parametrize("copies", [2, 3])
@pytest.mark.parametrize("refused", [0, 15, 900])
def test_equals_and_refused_rows_are_told_apart_without_a_look_at_every_row(
    copies: int, refused: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every vector stands `copies` times in its partition; some of the nearest may not answer."""
    rng, k = np.random.default_rng(copies), 20
    vectors = in_steps(clustered(distinct=40))
    origin = rng.permutation(np.repeat(np.arange(6000 // copies), copies))
    vectors[:6000] = vectors[:6000][origin]
    firsts = vectors[np.unique(origin, return_index=True)[1]]
    coarse, full = both(tmp_path, vectors)
    monkeypatch.setattr(index_module.faiss, "knn", None)
    rows = full.partitions["boots"]
    for query in in_steps(queries(vectors[:6000], 6)):
        similarities = (firsts @ query)[origin]
        order = np.lexsort((rows, -similarities))
        allowed = np.ones(6000, np.bool_)
        allowed[rng.choice(order[: 2 * refused], refused, replace=False)] = False
        part = Part(queries=np.arange(1), rows=rows, allowed=allowed, k=k)
        found = coarse.search_parts(query[None], [part])
        assert found.rows[0].tolist() == order[allowed[order]][:k].tolist()


def test_no_query_finds_nothing_in_a_large_partition(tmp_path: Path) -> None:
    vectors = clustered(distinct=40)
    coarse, full = both(tmp_path, vectors)
    assert search(coarse, queries(vectors, 1)[:0], full.partitions["boots"], 5).rows == []


def test_what_filters_leave_of_a_large_partition_is_not_copied(tmp_path, monkeypatch) -> None:
    vectors = clustered(distinct=40)
    coarse, full = both(tmp_path, vectors)
    monkeypatch.setattr(index_module.faiss, "knn", None)
    rows = full.partitions["shoes"]
    for step in (2, 3000):
        part = Part(queries=np.arange(2), rows=rows, allowed=rows % step > 0, k=10)
        found = coarse.search_parts(queries(vectors, 2), [part])
        assert all((each % step > 0).all() and len(each) == 10 for each in found.rows)


def test_items_too_alike_for_the_copy_are_told_apart_by_themselves(tmp_path: Path) -> None:
    """All differ by less than a byte can say, so that it proves nothing."""
    rng = np.random.default_rng(0)
    vectors = (np.ones(DIM) + rng.normal(scale=1e-5, size=(sum(SIZES.values()), DIM))) / DIM**0.5
    vectors = vectors.astype(np.float32)
    coarse, full = both(tmp_path, vectors)
    asked, rows = queries(vectors, 2), full.partitions["boots"]
    found, expected = search(coarse, asked, rows, 20), search(full, asked, rows, 20)
    assert [each.tolist() for each in found.rows] == [each.tolist() for each in expected.rows]


def test_of_equal_items_the_first_of_the_catalogue_wins(tmp_path: Path) -> None:
    vectors = clustered(distinct=40)
    vectors[1000:1400] = vectors[1000]
    coarse, full = both(tmp_path, vectors)
    found = search(coarse, vectors[1000:1001], full.partitions["boots"], 20)
    assert found.rows[0].tolist() == list(range(1000, 1020))


@pytest.mark.parametrize("length", [0.01, 1, 300])
@pytest.mark.parametrize("dim", [37, 64])  # with lanes that nothing fills, and without
def test_no_row_that_is_left_out_exceeds_the_similarity_that_is_told(
    length: float, dim: int, tmp_path: Path
) -> None:
    vectors = np.float32(length) * clustered(distinct=40, dim=dim)
    write_coarse(tmp_path, vectors)
    coarse = CoarseIndex.read(tmp_path)
    assert coarse is not None
    for scale in (1, 50):
        asked = scale * queries(vectors, 6)
        stretches = [Stretch(start=0, end=11_000, allowed=None)] * 6
        found = coarse.candidates(vectors, asked, stretches, 64)
        for query, rows, highest in zip(asked, found.rows, found.highest, strict=True):
            others = np.setdiff1d(np.arange(11_000), rows)
            assert len(rows) == len(set(rows.tolist())) == 64
            assert (vectors[others] @ query).max() <= highest


def test_a_small_catalogue_has_no_copy(tmp_path: Path) -> None:
    vectors = clustered(distinct=9)[: WORTH_IT - 1]
    write_coarse(tmp_path, vectors)
    assert not any((tmp_path / name).exists() for name in FILES)
    assert CoarseIndex.read(tmp_path) is None


def test_without_a_library_there_is_no_copy_to_search(tmp_path, monkeypatch, caplog) -> None:
    write_coarse(tmp_path, clustered(distinct=9))
    monkeypatch.setattr(coarse_index_module, "is_compiled", lambda: False)
    assert CoarseIndex.read(tmp_path) is None
    assert "byte_scan.c is not compiled" in caplog.text


def test_the_same_vectors_are_written_as_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write_coarse(tmp_path / name, clustered(distinct=9))
        written.append([(tmp_path / name / file).read_bytes() for file in FILES])
    assert written[0] == written[1]
