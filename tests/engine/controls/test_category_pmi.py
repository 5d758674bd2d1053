import math

import numpy as np
import pytest

from engine.controls.category_pmi import CategoryPmi
from engine.training_counts import TrainingCounts


@pytest.fixture
def control(make_dataset) -> CategoryPmi:
    """Two outfits a-b, one a-c; the last item's category was never seen in training."""
    dataset = make_dataset(["a", "b", "c", "d"], [[0, 1], [0, 1], [0, 2]])
    return CategoryPmi.of(TrainingCounts.count(dataset), dataset.items)


def test_the_table_is_the_smoothed_mutual_information(control: CategoryPmi) -> None:
    joint = {"ab": 3, "ac": 2, "bc": 1, "aa": 1, "bb": 1, "cc": 1}
    total = 2 * (3 + 2 + 1) + 3
    marginal = {"a": 6, "b": 5, "c": 4}
    for pair, number in joint.items():
        first, second = ("abc".index(name) for name in pair)
        wanted = math.log(number * total / (marginal[pair[0]] * marginal[pair[1]]))
        assert control.table[first, second] == pytest.approx(wanted)
        assert control.table[second, first] == pytest.approx(wanted)


def test_outfits_and_candidates_score_the_mean_over_their_pairs(
    control: CategoryPmi, outfit, fitb
) -> None:
    ab, ac, bc = control.table[0, 1], control.table[0, 2], control.table[1, 2]
    (scored,) = control.score_outfits([outfit([2, 0, 1])])
    assert scored == pytest.approx((ab + ac + bc) / 3)
    (candidates,) = control.score_candidates([fitb([0, 2], [1, 3])])
    assert candidates.tolist() == pytest.approx([(ab + bc) / 2, 0.0])


def test_categories_worn_together_score_above_those_that_are_not(
    control: CategoryPmi, outfit
) -> None:
    together, apart = control.score_outfits([outfit([0, 1]), outfit([1, 2])])
    assert together > 0 > apart


def test_a_category_unseen_in_training_is_neutral(control: CategoryPmi, outfit) -> None:
    assert control.score_outfits([outfit([0, 3]), outfit([3, 3])]).tolist() == [0.0, 0.0]


def test_without_training_outfits_everything_is_neutral(make_dataset, outfit) -> None:
    dataset = make_dataset(["a", "b"], [])
    control = CategoryPmi.of(TrainingCounts.count(dataset), dataset.items)
    assert control.score_outfits([outfit([0, 1])]).tolist() == [0.0]


def test_counts_of_one_catalogue_fit_another_by_category_name(control, make_dataset) -> None:
    trained = make_dataset(["a", "b", "c", "d"], [[0, 1], [0, 1], [0, 2]])
    other = make_dataset(["c", "zzz", "a"], [])
    moved = CategoryPmi.of(TrainingCounts.count(trained), other.items)
    assert np.array_equal(moved.codes, [2, 3, 0])
    assert np.array_equal(moved.table, control.table)
