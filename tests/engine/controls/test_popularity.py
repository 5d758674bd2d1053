import math

import pytest

from engine.controls.popularity import Popularity
from engine.training_counts import TrainingCounts


def test_items_score_the_logarithm_of_their_training_outfits(make_dataset, fitb, outfit) -> None:
    dataset = make_dataset(["a"] * 4, [[0, 1], [0, 2], [0, 1]])
    control = Popularity.of(TrainingCounts.count(dataset), dataset.items)
    (scores,) = control.score_candidates([fitb([3], [0, 1, 2, 3])])
    assert scores.tolist() == pytest.approx([math.log(4), math.log(3), math.log(2), 0.0])
    (mean,) = control.score_outfits([outfit([0, 3])])
    assert mean == pytest.approx(math.log(4) / 2)


def test_items_unseen_in_training_all_score_the_same(make_dataset, fitb, outfit) -> None:
    trained = make_dataset(["a"] * 2, [[0, 1]])
    unseen = make_dataset(["a"] * 9, []).items.slice(2)
    control = Popularity.of(TrainingCounts.count(trained), unseen)
    assert control.score_candidates([fitb([0], [1, 2, 3, 4])])[0].tolist() == [0.0] * 4
    assert control.score_outfits([outfit([5, 6])]).tolist() == [0.0]
