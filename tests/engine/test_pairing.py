import numpy as np
import pytest

from data.questions import CompatibilityQuestion
from engine.pairing import Pairs, pair_up


def outfits(*labelled: tuple[int, int]) -> list[CompatibilityQuestion]:
    """Outfits of a label and a number of items."""
    return [
        CompatibilityQuestion(items=tuple(range(size)), label=label, item_ids=())
        for label, size in labelled
    ]


@pytest.mark.parametrize(
    ("labelled", "positives", "negatives"),
    [
        pytest.param([(1, 3), (1, 4), (0, 3), (0, 4)], [0, 1], [2, 3], id="positives first"),
        pytest.param([(1, 3), (0, 3), (1, 4), (0, 4)], [0, 2], [1, 3], id="in turn"),
        pytest.param([(0, 3), (0, 4), (1, 3), (1, 4)], [2, 3], [0, 1], id="negatives first"),
    ],
)
def test_the_ith_positive_belongs_to_the_ith_negative(labelled, positives, negatives) -> None:
    pairs = pair_up(outfits(*labelled))
    assert isinstance(pairs, Pairs)
    assert (pairs.positives.tolist(), pairs.negatives.tolist()) == (positives, negatives)


def test_unequal_numbers_and_unequal_sizes_are_no_pairs_and_it_is_said_why() -> None:
    assert "2 positives cannot be paired with 1 neg" in str(
        pair_up(outfits((1, 3), (1, 3), (0, 3)))
    )
    unlike = pair_up(outfits((1, 3), (1, 4), (0, 3), (0, 5)))
    assert unlike == "positive 2 holds 4 items, negative 2 5, so they are no pair"


def test_the_win_rate_is_that_of_the_pairs_with_an_interval() -> None:
    pairs = pair_up(outfits(*[(1, 3), (0, 3)] * 40))
    assert isinstance(pairs, Pairs)
    scores = np.tile([1.0, 0.0, 0.5, 0.5], 20)
    rate = pairs.win_rate(scores, resamples=100, seed=0)
    assert rate.figure == 0.75
    assert 0.5 < rate.low < 0.75 < rate.high < 1
    assert rate == pairs.win_rate(scores, resamples=100, seed=0)
