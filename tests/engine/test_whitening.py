import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.whitening import Whitening, unit_rows


def skewed(items: int, dim: int, seed: int = 0) -> np.ndarray:
    """Vectors off the origin whose directions differ a thousandfold in spread."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(items, dim)) * np.logspace(0, 3, dim) + 50).astype(np.float32)


def everything(vectors: np.ndarray) -> np.ndarray:
    return np.ones(len(vectors), np.bool_)


def test_whitened_vectors_have_no_mean_and_equal_spread_in_every_direction() -> None:
    vectors = skewed(400, 5)
    whitening = Whitening.fit(vectors, width=5, seed=0)
    white = (vectors - whitening.mean) @ whitening.components.T
    np.testing.assert_allclose(np.cov(white.T), np.eye(5), atol=0.01)
    np.testing.assert_allclose(white.mean(0), 0, atol=0.01)


def test_the_widest_directions_are_kept() -> None:
    whitening = Whitening.fit(skewed(400, 5), width=2, seed=0)
    assert whitening.width == 2
    directions = unit_rows(whitening.components)
    assert abs(directions[0, 4]) > 0.99
    assert abs(directions[1, 3]) > 0.99


@pytest.mark.parametrize(
    ("items", "dim", "asked", "width"),
    [(400, 5, 3, 3), (400, 5, 64, 5), (20, 30, 64, 5), (3, 30, 64, 1), (80, 3, 2, 2)],
)
def test_there_are_at_most_one_direction_to_four_vectors(items, dim, asked, width) -> None:
    whitening = Whitening.fit(skewed(items, dim), width=asked, seed=0)
    assert whitening.width == width
    assert whitening.mean.shape == (dim,)
    assert whitening.components.dtype == whitening.mean.dtype == np.float32


def test_present_vectors_come_out_of_unit_length_and_absent_ones_as_zero() -> None:
    vectors = skewed(100, 4)
    present = np.arange(100) % 3 > 0
    white = Whitening.fit(vectors, width=4, seed=0).apply(vectors, present)
    np.testing.assert_allclose(np.linalg.norm(white, axis=1), present, atol=1e-5)


def test_an_absent_vector_is_never_read() -> None:
    vectors = skewed(40, 4)
    whitening = Whitening.fit(vectors, width=4, seed=0)
    vectors[7] = np.nan
    white = whitening.apply(vectors, np.arange(40) != 7)
    assert np.isfinite(white).all()


def test_a_vector_equal_to_the_mean_stays_zero() -> None:
    vectors = skewed(40, 4)
    whitening = Whitening.fit(vectors, width=4, seed=0)
    assert not whitening.apply(whitening.mean[None], everything(vectors[:1])).any()


@given(st.floats(0.01, 1000), st.integers(0, 20))
def test_scale_and_origin_of_the_input_make_no_difference(scale: float, origin: int) -> None:
    vectors = np.random.default_rng(3).normal(size=(60, 4)).astype(np.float32)
    moved = (vectors * scale + origin * scale).astype(np.float32)
    white = Whitening.fit(vectors, width=4, seed=0).apply(vectors, everything(vectors))
    other = Whitening.fit(moved, width=4, seed=0).apply(moved, everything(moved))
    np.testing.assert_allclose(np.abs(white), np.abs(other), atol=2e-3)


@pytest.mark.parametrize("scale", [1, 1000])
def test_directions_without_spread_count_for_nothing(scale: float) -> None:
    """One-hot vectors of 8 kinds spread over 7 directions; the eighth is rounding error."""
    kinds = np.arange(80) % 8
    vectors = (scale * np.eye(16, dtype=np.float32)[kinds]).astype(np.float32)
    white = Whitening.fit(vectors, width=16, seed=0).apply(vectors, everything(vectors))
    expected = np.where(kinds[:, None] == kinds, 1, -1 / 7)
    np.testing.assert_allclose(white @ white.T, expected, atol=1e-3)


@pytest.mark.parametrize("value", [0.0, 0.1, 0.5, 1000.0])
def test_vectors_that_are_all_equal_whiten_to_nothing(value: float) -> None:
    vectors = np.full((30, 6), value, np.float32)
    white = Whitening.fit(vectors, width=6, seed=0).apply(vectors, everything(vectors))
    assert not white.any()


def test_a_seed_decides_everything() -> None:
    vectors = skewed(300, 40)
    first, again = (Whitening.fit(vectors, width=8, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.components, again.components)


def test_rows_divide_by_their_length_and_zero_rows_stay() -> None:
    rows = np.array([[3, 4], [0, 0], [0, -2]], np.float32)
    np.testing.assert_allclose(unit_rows(rows), [[0.6, 0.8], [0, 0], [0, -1]])
