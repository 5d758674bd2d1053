import numpy as np
import pytest

from engine.byte_scan import Stretch, byte_scan, inner_products, is_compiled

WIDTH, DIM = 128, 100
RNG = np.random.default_rng(0)
BYTES = np.zeros((3000, WIDTH), np.int8)
BYTES[:, :DIM] = RNG.integers(-127, 128, (len(BYTES), DIM))
SCALE = RNG.uniform(0.001, 0.01, DIM).astype(np.float32)


def queries(number: int) -> np.ndarray:
    return RNG.normal(size=(number, DIM)).astype(np.float32)


def by_bytes(query: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return (rows[:, :DIM] * SCALE.astype(np.float64)) @ query


def test_a_compiler_was_there_when_the_package_was_installed() -> None:
    assert is_compiled()


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
    found, highest = byte_scan(BYTES, SCALE, asked, stretches, wide=wide)
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
    found, highest = byte_scan(rows, ones, asked, [stretch], wide=20)
    assert sorted(found[0].tolist()) == list(range(int(sign > 0), 40, 2))
    assert highest[0] == pytest.approx(127e6 * width)


def test_a_query_of_zeros_finds_some_rows_and_says_zero() -> None:
    stretch = Stretch(start=0, end=50, allowed=None)
    found, highest = byte_scan(BYTES, SCALE, np.zeros((1, DIM), np.float32), [stretch], wide=5)
    assert len(set(found[0].tolist())) == 5
    assert highest.tolist() == [0]


def test_products_of_rows_are_those_of_numpy() -> None:
    vectors, asked = queries(500), queries(3)
    for dim in (1, 31, 32, 33, DIM):
        some, few = np.ascontiguousarray(vectors[:, :dim]), np.ascontiguousarray(asked[:, :dim])
        rows = RNG.integers(500, size=(3, 40))
        expected = np.einsum("qwd,qd->qw", some[rows].astype(np.float64), few)
        np.testing.assert_allclose(inner_products(some, few, rows), expected, atol=1e-5)


def test_numbers_with_gaps_or_of_another_kind_are_refused() -> None:
    stretch = Stretch(start=0, end=50, allowed=np.ones(100, np.bool_)[::2])
    with pytest.raises(ValueError, match=r"without gaps, got bool with strides \(2,\)"):
        byte_scan(BYTES, SCALE, queries(1), [stretch], wide=5)
    whole = Stretch(start=0, end=50, allowed=None)
    with pytest.raises(ValueError, match=r"expected int8 without gaps, got int16"):
        byte_scan.__wrapped__(BYTES.astype(np.int16), SCALE, queries(1), [whole], wide=5)
