import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.index import PartitionedIndex
from engine.parts import Part
from tests.engine.one_part import search

NAMES = ["boots", "coats", "tops"]
SLOTS = {"boots": "shoes", "coats": "outerwear", "tops": "tops"}


def scan(
    vectors: np.ndarray, query: np.ndarray, rows: np.ndarray, k: int
) -> tuple[list[int], list[float]]:
    """Every item in turn, the nearest first, of equals the first in the catalogue."""
    scored = [(-float(vectors[row] @ query), int(row)) for row in rows]
    best = sorted(scored)[:k]
    return [row for _, row in best], [-score for score, _ in best]


@st.composite
def catalogues(draw: st.DrawFn) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Whole numbers, so that products are exact and often equal, in a catalogue in any order."""
    num = draw(st.integers(1, 40))
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    highest = draw(st.integers(1, 3))
    vectors = rng.integers(-highest, highest + 1, size=(num, 3)).astype(np.float32)
    categories = [NAMES[at] for at in rng.integers(len(NAMES), size=num)]
    if draw(st.booleans()):
        categories.sort()
    queries = rng.integers(-2, 3, size=(draw(st.integers(1, 4)), 3)).astype(np.float32)
    return vectors, categories, queries


@given(catalogues(), st.integers(1, 50), st.integers(0, 99))
def test_a_search_is_a_scan_of_the_partition(catalogue, k: int, seed: int) -> None:
    vectors, categories, queries = catalogue
    index = PartitionedIndex.build(vectors, categories, [SLOTS[name] for name in categories])
    allowed = np.random.default_rng(seed).random(len(vectors)) < 0.6
    for name in {*categories, *(SLOTS[name] for name in categories)}:
        partition = index.partitions[name]
        members = [
            row for row, category in enumerate(categories) if name in (category, SLOTS[category])
        ]
        assert partition.tolist() == members
        for rows in (partition, partition[allowed[partition]]):
            found = search(index, queries, rows, k)
            for query, got, similarities in zip(
                queries, found.rows, found.similarities, strict=True
            ):
                expected, scores = scan(vectors, query, rows, k)
                assert got.tolist() == expected
                assert similarities.tolist() == scores


def test_of_equal_items_the_first_of_the_catalogue_wins_at_any_size() -> None:
    """Beyond a hundred answers and a thousand items other algorithms choose among equals."""
    rng = np.random.default_rng(0)
    vectors = rng.integers(0, 2, size=(3000, 2)).astype(np.float32)
    index = PartitionedIndex.build(vectors, ["tops"] * 3000, ["tops"] * 3000)
    queries = np.array([[1, 1], [0, 0], [1, -1]] * 10, np.float32)
    for k in (1, 10, 99, 100, 150, 1000, 5000):
        for number in (3, 30):
            found = search(index, queries[:number], index.partitions["tops"], k)
            for query, rows in zip(queries, found.rows, strict=False):
                assert rows.tolist() == scan(vectors, query, np.arange(3000), k)[0]


@pytest.mark.parametrize("k", [1, 20, 200])
def test_real_numbers_are_found_in_the_order_of_a_scan(k: int) -> None:
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(5000, 16)).astype(np.float32)
    categories = sorted(NAMES[at] for at in rng.integers(3, size=5000))
    index = PartitionedIndex.build(vectors, categories, [None] * 5000)
    queries = rng.normal(size=(25, 16)).astype(np.float32)
    rows = index.partitions["coats"]
    found = search(index, queries, rows, k)
    products = queries @ vectors[rows].T
    for number, got in enumerate(found.rows):
        assert got.tolist() == rows[np.argsort(-products[number], kind="stable")[:k]].tolist()
        np.testing.assert_allclose(
            found.similarities[number], np.sort(products[number])[::-1][:k], atol=1e-5
        )


def test_fewer_items_than_asked_for_are_all_there_is() -> None:
    index = PartitionedIndex.build(np.eye(3, dtype=np.float32), ["tops"] * 3, [None] * 3)
    found = search(index, np.ones((2, 3), np.float32), np.array([0, 2]), 10)
    assert [rows.tolist() for rows in found.rows] == [[0, 2]] * 2


def test_no_items_are_no_answers_for_every_query() -> None:
    index = PartitionedIndex.build(np.eye(3, dtype=np.float32), ["tops"] * 3, [None] * 3)
    found = search(index, np.ones((2, 3), np.float32), np.array([], np.int64), 10)
    assert [len(rows) for rows in found.rows] == [0, 0]
    assert [len(each) for each in found.similarities] == [0, 0]


def test_no_queries_have_no_answers() -> None:
    index = PartitionedIndex.build(np.eye(3, dtype=np.float32), ["tops"] * 3, [None] * 3)
    found = search(index, np.ones((0, 3), np.float32), np.arange(3), 10)
    assert found.rows == []
    assert found.similarities == []


def test_a_slot_shadows_a_category_of_its_name_and_no_slot_has_no_partition() -> None:
    index = PartitionedIndex.build(
        np.eye(4, dtype=np.float32),
        ["shoes", "boots", "tops", "veils"],
        ["shoes", "shoes", "tops", None],
    )
    assert {name: rows.tolist() for name, rows in index.partitions.items()} == {
        "shoes": [0, 1],
        "boots": [1],
        "tops": [2],
        "veils": [3],
    }


def test_rows_in_a_range_are_searched_where_they_lie() -> None:
    vectors = np.arange(12, dtype=np.float32).reshape(6, 2)
    index = PartitionedIndex.build(vectors, ["tops"] * 6, [None] * 6)
    assert np.shares_memory(index._vectors(np.array([2, 3, 4])), vectors)
    assert not np.shares_memory(index._vectors(np.array([2, 4])), vectors)
    assert index._vectors(np.array([2, 4])).tolist() == [[4, 5], [8, 9]]


def test_a_mapped_file_is_searched_like_memory(tmp_path) -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    np.save(tmp_path / "vectors.npy", vectors)
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    queries = vectors[:3]
    for rows in (np.arange(10, 40), np.arange(0, 50, 3)):
        here, there = (
            search(PartitionedIndex(vectors=each, partitions={}), queries, rows, 5)
            for each in (vectors, mapped)
        )
        assert [each.tolist() for each in here.rows] == [each.tolist() for each in there.rows]


@given(catalogues(), st.integers(1, 50), st.integers(0, 99), st.sampled_from([0.0, 0.02, 0.5]))
def test_among_rows_that_are_allowed_a_search_is_one_without_the_others(
    catalogue, k: int, seed: int, refused: float
) -> None:
    vectors, categories, queries = catalogue
    index = PartitionedIndex.build(vectors, categories, [None] * len(vectors))
    for rows in (*index.partitions.values(), np.arange(len(vectors))):
        allowed = np.random.default_rng(seed).random(len(rows)) >= refused
        everyone = np.arange(len(queries))
        part = Part(queries=everyone, rows=rows, allowed=allowed, k=k)
        found = index.search_parts(queries, [part])
        expected = search(index, queries, rows[allowed], k)
        for got, wanted in zip(found.rows, expected.rows, strict=True):
            assert got.tolist() == wanted.tolist()
        for got, wanted in zip(found.similarities, expected.similarities, strict=True):
            assert got.tolist() == wanted.tolist()
