import numpy as np
import pytest

from engine.byte_scan import Stretch, byte_scan, is_compiled

WIDTH, DIM = 128, 100
RNG = np.random.default_rng(0)
BYTES = np.zeros((3000, WIDTH), np.int8)
BYTES[:, :DIM] = RNG.integers(-127, 128, (len(BYTES), DIM))
SCALE = RNG.uniform(0.001, 0.01, DIM).astype(np.float32)
VECTORS = (BYTES[:, :DIM] * SCALE + RNG.normal(scale=1e-3, size=(3000, DIM))).astype(np.float32)


def queries(number: int) -> np.ndarray:
    return RNG.normal(size=(number, DIM)).astype(np.float32)


def by_bytes(query: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return (rows[:, :DIM] * SCALE.astype(np.float64)) @ query


def test_a_compiler_was_there_when_the_package_was_installed() -> None:
    assert is_compiled()


def assert_nearest_first(asked: np.ndarray, found: np.ndarray, similarities: np.ndarray) -> None:
    expected = np.einsum("qwd,qd->qw", VECTORS[found].astype(np.float64), asked)
    np.testing.assert_allclose(similarities, expected, atol=1e-5)
    assert (similarities[:, 1:] <= similarities[:, :-1]).all()


@pytest.mark.parametrize("wide", [1, 2, 31, 200])
@pytest.mark.parametrize("share", [None, 0.9, 0.3])
def test_the_rows_are_those_with_the_largest_products(wide: int, share: float | None) -> None:
    ranges = [(0, 3000), (7, 1100), (256, 512), (2000, 3000)]
    asked = queries(len(ranges))
    masks = [None if share is None else RNG.random(b - a) < share for a, b in ranges]
    if share == 0.3:
        masks[2] = np.ones(256, np.bool_)
    stretches = [
        Stretch(start=start, end=end, allowed=mask)
        for (start, end), mask in zip(ranges, masks, strict=True)
    ]
    found, similarities, highest = byte_scan(
        BYTES, VECTORS, SCALE, asked, stretches=stretches, wide=wide
    )
    assert_nearest_first(asked, found, similarities)
    for query, rows, limit, stretch in zip(asked, found, highest, stretches, strict=True):
        may = np.arange(stretch.start, stretch.end)
        may = may if stretch.allowed is None else may[stretch.allowed]
        assert len(set(rows.tolist())) == wide
        assert set(rows.tolist()) <= set(may.tolist())
        others = np.setdiff1d(may, rows)
        products = by_bytes(query, BYTES[others])
        assert not len(others) or products.max() <= limit
        # and it says no more than the last of the rows does, but for what rounding loses
        assert limit - by_bytes(query, BYTES[rows]).min() < 0.01


@pytest.mark.parametrize("width", [64, 512, 1024, 8192])
@pytest.mark.parametrize("sign", [-1, 1])
def test_no_product_is_too_large_for_its_sum(width: int, sign: int) -> None:
    """Every byte and every number of the query as far from zero as can be."""
    rows = np.full((40, width), 127, np.int8)
    rows[::2] = -127
    ones, asked = np.ones(width, np.float32), np.full((1, width), sign * 1e6, np.float32)
    stretch = Stretch(start=0, end=40, allowed=None)
    vectors = np.zeros((40, width), np.float32)
    found, _, highest = byte_scan(rows, vectors, ones, asked, stretches=[stretch], wide=20)
    assert sorted(found[0].tolist()) == list(range(int(sign > 0), 40, 2))
    assert highest[0] == pytest.approx(127e6 * width)


def test_a_query_of_zeros_finds_some_rows_and_says_zero() -> None:
    stretch = Stretch(start=0, end=50, allowed=None)
    nothing = np.zeros((1, DIM), np.float32)
    found, _, highest = byte_scan(BYTES, VECTORS, SCALE, nothing, stretches=[stretch], wide=5)
    assert len(set(found[0].tolist())) == 5
    assert highest.tolist() == [0]


@pytest.mark.parametrize("dim", [1, 31, 32, 33])
def test_similarities_are_those_of_numpy_however_wide_the_vectors(dim: int) -> None:
    vectors, asked = np.ascontiguousarray(VECTORS[:, :dim]), queries(3)[:, :dim].copy()
    stretches = [Stretch(start=0, end=3000, allowed=None)] * 3
    found, similarities, _ = byte_scan(
        BYTES, vectors, SCALE[:dim], asked, stretches=stretches, wide=40
    )
    expected = np.einsum("qwd,qd->qw", vectors[found].astype(np.float64), asked)
    np.testing.assert_allclose(similarities, expected, atol=1e-5)


def test_of_equals_the_first_rows_come_first_and_what_is_no_number_last() -> None:
    rows, vectors = np.full((50, WIDTH), 1, np.int8), np.ones((50, DIM), np.float32)
    vectors[[3, 11]] = np.nan
    stretch = Stretch(start=0, end=50, allowed=None)
    ones = np.ones((1, DIM), np.float32)
    found, similarities, _ = byte_scan(rows, vectors, SCALE, ones, stretches=[stretch], wide=50)
    numbers = [row for row in range(50) if row not in (3, 11)]
    assert found[0].tolist() == [*numbers, 3, 11]
    assert similarities[0].tolist() == [DIM] * 48 + [-np.inf] * 2


def test_numbers_with_gaps_or_of_another_kind_are_refused() -> None:
    stretch = Stretch(start=0, end=50, allowed=np.ones(100, np.bool_)[::2])
    with pytest.raises(ValueError, match=r"without gaps, got bool with strides \(2,\)"):
        byte_scan(BYTES, VECTORS, SCALE, queries(1), stretches=[stretch], wide=5)
    whole = Stretch(start=0, end=50, allowed=None)
    with pytest.raises(ValueError, match=r"expected int8 without gaps, got int16"):
        byte_scan.__wrapped__(
            BYTES.astype(np.int16), VECTORS, SCALE, queries(1), stretches=[whole], wide=5
        )
