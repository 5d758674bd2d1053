from itertools import permutations
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ranking_metrics import Placements


def orders(scores: list[int]) -> list[int]:
    """Rank of item 0 in every order of the items in which no score stands above a higher one."""
    found = []
    for order in permutations(range(len(scores))):
        ranked = [scores[item] for item in order]
        if ranked == sorted(scores, reverse=True):
            found.append(1 + order.index(0))
    return found


def placed(scores: list[int]) -> Placements:
    own, others = scores[0], np.array(scores[1:])
    return Placements(
        above=np.array([(others > own).sum()]), tied=np.array([(others == own).sum()])
    )


SCORES = st.lists(st.integers(0, 3), min_size=1, max_size=6)


@given(SCORES, st.integers(1, 7))
def test_every_figure_is_its_mean_over_the_orders_of_the_tied(scores: list[int], k: int) -> None:
    ranks, placement = orders(scores), placed(scores)
    assert placement.ranks()[0] == pytest.approx(np.mean(ranks))
    assert placement.recall(k)[0] == pytest.approx(np.mean([rank <= k for rank in ranks]))
    assert placement.reciprocal_ranks()[0] == pytest.approx(np.mean([1 / rank for rank in ranks]))
    gains = [1 / log2(1 + rank) if rank <= k else 0 for rank in ranks]
    assert placement.ndcg(k)[0] == pytest.approx(np.mean(gains))


def test_a_perfect_ranking_earns_one_and_the_last_place_nothing() -> None:
    placement = Placements(above=np.array([0, 99]), tied=np.array([0, 0]))
    assert placement.recall(10).tolist() == [1, 0]
    assert placement.ndcg(10).tolist() == [1, 0]
    assert placement.reciprocal_ranks().tolist() == pytest.approx([1, 0.01])
    assert placement.ranks().tolist() == [1, 100]


def test_where_all_tie_recall_is_that_of_chance() -> None:
    placement = Placements(above=np.array([0]), tied=np.array([2999]))
    assert placement.recall(30)[0] == pytest.approx(0.01)


def test_no_question_has_no_figures() -> None:
    nothing = Placements(above=np.zeros(0, np.int64), tied=np.zeros(0, np.int64))
    assert len(nothing.reciprocal_ranks()) == len(nothing.recall(10)) == 0
