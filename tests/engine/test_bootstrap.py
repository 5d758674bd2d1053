import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bootstrap import (
    interval,
    paired_difference,
    resample_counts,
    resampled_aucs,
    resampled_means,
)
from engine.metrics import roc_auc


def test_every_resample_keeps_the_size_of_every_stratum() -> None:
    strata = np.array([1, 0, 0, 1, 0])
    counts = resample_counts(strata, resamples=50, seed=3)
    assert counts.shape == (50, 5)
    assert (counts[:, strata == 1].sum(axis=1) == 2).all()
    assert (counts[:, strata == 0].sum(axis=1) == 3).all()
    assert len(np.unique(counts, axis=0)) > 10


def test_draws_follow_the_seed_alone() -> None:
    strata = np.zeros(30, dtype=np.int64)
    first = resample_counts(strata, resamples=5, seed=1)
    assert (first == resample_counts(strata, resamples=5, seed=1)).all()
    assert (first != resample_counts(strata, resamples=5, seed=2)).any()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 1)), max_size=15), st.integers(0, 99))
def test_resampled_figures_equal_the_figure_of_the_repeated_questions(
    pairs: list[tuple[int, int]], seed: int
) -> None:
    scores = np.array([0.0, 1.0, *(score for score, _ in pairs)])
    labels = np.array([0, 1, *(label for _, label in pairs)])
    counts = resample_counts(labels, resamples=4, seed=seed)
    repeats = [np.repeat(np.arange(len(labels)), row) for row in counts]
    wanted = [roc_auc(scores[rows], labels[rows]) for rows in repeats]
    assert resampled_aucs(scores, labels, counts).tolist() == pytest.approx(wanted, abs=1e-12)
    means = [scores[rows].mean() for rows in repeats]
    assert resampled_means(scores, counts).tolist() == pytest.approx(means, abs=1e-12)


def test_resamples_beyond_one_chunk_are_all_there() -> None:
    counts = resample_counts(np.zeros(4, dtype=np.int64), resamples=250, seed=0)
    values = np.array([0.0, 1.0, 2.0, 3.0])
    assert resampled_means(values, counts).tolist() == pytest.approx((counts @ values / 4).tolist())


def test_the_interval_of_a_mean_has_the_width_that_theory_gives() -> None:
    values = np.repeat([0.0, 1.0], [700, 300])
    counts = resample_counts(np.zeros(1000, dtype=np.int64), resamples=2000, seed=0)
    found = interval(values.mean(), resampled_means(values, counts))
    error = 1.96 * np.sqrt(0.3 * 0.7 / 1000)
    assert found.figure == pytest.approx(0.3)
    assert found.low == pytest.approx(0.3 - error, abs=0.004)
    assert found.high == pytest.approx(0.3 + error, abs=0.004)


def test_a_higher_level_gives_a_wider_interval() -> None:
    resampled = np.linspace(0, 1, 101)
    assert interval(0.5, resampled, level=0.8).low == pytest.approx(0.1)
    assert interval(0.5, resampled).low == pytest.approx(0.025)


def test_pairing_sees_a_small_constant_gain_that_separate_intervals_hide() -> None:
    generator = np.random.default_rng(0)
    weak = generator.random(400)
    strong = weak + 0.01
    counts = resample_counts(np.zeros(400, dtype=np.int64), resamples=500, seed=0)
    first = (strong.mean(), resampled_means(strong, counts))
    second = (weak.mean(), resampled_means(weak, counts))
    difference = paired_difference(first, second)
    assert interval(*first).low < interval(*second).high
    assert (difference.low, difference.high) == pytest.approx((0.01, 0.01))


@pytest.mark.slow
def test_a_thousand_resamples_of_twenty_thousand_lines_have_the_width_that_theory_gives() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(2, size=20_000)
    counts = resample_counts(labels, resamples=1000, seed=0)
    found = interval(0.5, resampled_aucs(generator.random(20_000), labels, counts))
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.sqrt(1 / 12 / 5000), rel=0.1)
