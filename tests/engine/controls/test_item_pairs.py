import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.controls.item_pairs import ItemPairs, candidate_pairs, outfit_pairs, per_question

ROWS = st.lists(st.integers(0, 9), min_size=1, max_size=5, unique=True)


def pairs_of(pairs: ItemPairs, owner: int) -> list[tuple[int, int]]:
    mine = pairs.owner == owner
    return list(zip(pairs.first[mine].tolist(), pairs.second[mine].tolist(), strict=True))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, max_size=5))
def test_an_outfit_owns_its_unordered_pairs(outfit, rows: list[list[int]]) -> None:
    pairs = outfit_pairs([outfit(each) for each in rows])
    assert pairs.num_owners == len(rows)
    for owner, each in enumerate(rows):
        wanted = [(a, b) for at, a in enumerate(each) for b in each[at + 1 :]]
        assert pairs_of(pairs, owner) == wanted


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ROWS, ROWS), max_size=5))
def test_a_candidate_owns_its_pairs_with_the_context(fitb, drawn) -> None:
    questions = [fitb(context, candidates) for context, candidates in drawn]
    pairs = candidate_pairs(questions)
    flat = [(context, candidate) for context, each in drawn for candidate in each]
    assert pairs.num_owners == len(flat)
    for owner, (context, candidate) in enumerate(flat):
        assert pairs_of(pairs, owner) == [(row, candidate) for row in context]
    cut = per_question(np.arange(len(flat), dtype=float), questions)
    assert [len(each) for each in cut] == [len(candidates) for _, candidates in drawn]
    assert [score for each in cut for score in each] == list(range(len(flat)))


def test_the_mean_leaves_out_unknown_pairs_and_is_zero_without_any() -> None:
    owner = np.array([0, 0, 0, 1])
    pairs = ItemPairs(first=owner, second=owner, owner=owner, num_owners=3)
    assert pairs.mean(np.array([1.0, 4.0, np.nan, np.nan])).tolist() == [2.5, 0.0, 0.0]


def test_means_of_the_same_values_tie_in_any_order() -> None:
    values = [0.1, 0.2, 0.3]
    owner = np.repeat([0, 1], 3)
    pairs = ItemPairs(first=owner, second=owner, owner=owner, num_owners=2)
    assert sum(values) != sum(reversed(values))
    first, second = pairs.mean(np.array(values + values[::-1]))
    assert first == second
