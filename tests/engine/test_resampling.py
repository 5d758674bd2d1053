import numpy as np
import pytest

from engine.resampling import AucResampling, MeanResampling, earned, resampling_of


def test_a_micro_mean_counts_questions_and_a_macro_mean_counts_groups() -> None:
    values = np.array([1.0, 1.0, 1.0, 0.0])
    groups = ["boots", "boots", "boots", "hats"]
    assert MeanResampling.micro(4, resamples=5, seed=0).figure(values) == 0.75
    assert MeanResampling.macro(groups, resamples=5, seed=0).figure(values) == 0.5


def test_groups_keep_their_size_in_every_resample() -> None:
    groups = ["boots"] * 3 + ["hats"] * 2
    counts = MeanResampling.macro(groups, resamples=50, seed=0).counts
    assert (counts[:, :3].sum(axis=1) == 3).all()
    assert (counts[:, 3:].sum(axis=1) == 2).all()


@pytest.mark.parametrize(
    ("report", "kind", "values"),
    [
        ({"credits": [1, 0]}, MeanResampling, [1, 0]),
        ({"credits": [1, 0], "ranks": [1, 7], "average": "micro"}, MeanResampling, [1, 0]),
        ({"ranks": [1, 2], "labels": [0, 1]}, AucResampling, [1, 2]),
    ],
)
def test_a_report_says_how_its_figure_is_made(report, kind, values) -> None:
    assert isinstance(resampling_of(report, resamples=2, seed=0), kind)
    assert earned(report).tolist() == values


def test_a_macro_report_is_averaged_over_its_pools_and_controls_earn_their_own() -> None:
    report = {
        "credits": [1, 1, 0],
        "average": "macro",
        "pool_of": ["a", "a", "b"],
        "controls": {"constant": {"credits": [0, 0, 1]}},
    }
    resampling = resampling_of(report, resamples=4, seed=0)
    assert resampling.outcome("model", earned(report)).figure == 0.5
    assert earned(report, "constant").tolist() == [0, 0, 1]
