import pytest

from data.questions import CompatibilityQuestion, FitbQuestion
from engine.controls.identifier_order import IdentifierOrder


def score(*item_ids: str) -> float:
    question = CompatibilityQuestion(items=(0,) * len(item_ids), label=0, item_ids=item_ids)
    (scored,) = IdentifierOrder().score_outfits([question])
    return float(scored)


def closeness(context: list[str], candidates: list[str]) -> list[float]:
    question = FitbQuestion(
        context=(0,) * len(context),
        candidates=(0,) * len(candidates),
        answer=0,
        context_ids=tuple(context),
        candidate_ids=tuple(candidates),
    )
    (scored,) = IdentifierOrder().score_candidates([question])
    return scored.tolist()


def test_one_set_in_ascending_order_scores_highest() -> None:
    assert score("7_1", "7_2", "7_10") == 2.0
    assert score("7_10", "7_2", "7_1") == 1.0
    assert score("9_2", "8_2", "7_2") == 0.0


def test_shared_prefixes_count_by_pairs_and_order_by_neighbours() -> None:
    assert score("7_1", "7_2", "8_1") == pytest.approx(1 / 3 + 1)


def test_numbers_order_naturally_not_as_text() -> None:
    assert score("sku9", "sku10") == 2.0


def test_the_candidate_of_the_context_s_set_wins_wherever_it_stands() -> None:
    for position in range(4):
        candidates = ["8_3", "9_3", "6_3"]
        candidates.insert(position, "7_3")
        scores = closeness(["7_1", "7_2"], candidates)
        assert scores.index(max(scores)) == position
        assert sorted(scores)[:3] == [0.0, 0.0, 0.0]


def test_within_a_prefix_the_nearest_number_wins() -> None:
    assert closeness(["sku10", "sku12"], ["sku11", "sku90"]) == pytest.approx(
        [1.5, 1 + (1 / 81 + 1 / 79) / 2]
    )


def test_identifiers_without_a_number_are_compared_by_name_alone() -> None:
    assert closeness(["coat"], ["coat", "hat"]) == [2.0, 0.0]
    assert closeness([""], ["", "0"]) == [2.0, 1.5]
