import numpy as np
import pytest

from data.questions import FitbQuestion
from data.shop.palette import NEUTRAL
from data.shop.taste import (
    RULES,
    Truth,
    clashes,
    compatibility_optimum,
    fitb_optimum,
    is_odd,
    planted_logit,
)


def question(context: tuple[int, ...], candidates: tuple[int, ...], answer: int) -> FitbQuestion:
    return FitbQuestion(
        context=context, candidates=candidates, answer=answer, context_ids=(), candidate_ids=()
    )


def truth_with(**columns: list[int]) -> Truth:
    """A truth of as many items as the columns are long, which clash only as the columns say."""
    count = len(next(iter(columns.values())))
    calm = {"style": 0, "occasion": 1, "hue": NEUTRAL, "weight": 0, "role": -1, "statement": 0}
    filled = {name: np.full(count, value, np.int8) for name, value in calm.items()}
    filled |= {name: np.array(values, np.int8) for name, values in columns.items()}
    return Truth(**{**filled, "statement": filled["statement"].astype(bool)})


@pytest.mark.parametrize(
    ("rule", "columns", "partners"),
    [
        ("style", {"style": [0, 1, 2, 3]}, [2]),
        ("occasion", {"occasion": [0, 0, 1, 2]}, [3]),
        ("colour", {"hue": [0, NEUTRAL, 1, 3, 6]}, [3]),
        ("fabric", {"weight": [-1, -1, 0, 1]}, [3]),
    ],
)
def test_each_rule_refuses_its_partners_and_no_other(
    rule: str, columns: dict[str, list[int]], partners: list[int]
) -> None:
    truth = truth_with(**columns)
    everyone = np.arange(len(truth.style))

    broken = clashes(truth, np.array([0]), everyone)[0]

    assert np.flatnonzero(broken[:, RULES.index(rule)]).tolist() == partners
    assert broken.sum() == len(partners)


@pytest.mark.parametrize("bits", range(8))
def test_an_odd_number_of_statement_pieces_is_refused(bits: int) -> None:
    statement = [bits >> place & 1 for place in range(3)]
    truth = truth_with(role=[0, 1, 2], statement=statement)

    assert is_odd(truth, np.arange(3)) == bool(sum(statement) % 2)
    assert (planted_logit(truth, [0, 1, 2]) > 0) == (sum(statement) % 2 == 0)


def test_the_third_order_rule_is_silent_without_all_three() -> None:
    truth = truth_with(role=[0, 1, 2, -1], statement=[1, 0, 0, 1])

    assert not is_odd(truth, np.array([0, 1, 3]))
    assert is_odd(truth, np.array([0, 1, 2, 3]))


def test_every_broken_pair_costs_the_same_whatever_the_order() -> None:
    truth = truth_with(style=[0, 2, 0, 2])

    assert planted_logit(truth, [0, 2]) == 4
    assert planted_logit(truth, [0, 1]) == 0
    assert planted_logit(truth, [0, 1, 2, 3]) == planted_logit(truth, [3, 2, 0, 1]) == 4 - 4 * 4


def test_the_optimum_of_a_question_file_shares_ties() -> None:
    truth = truth_with(style=[0, 0, 0, 2, 2])
    right = question((0,), (1, 3, 4), 0)
    tied = question((0,), (3, 1, 2), 1)
    wrong = question((0,), (1, 3, 4), 2)

    assert fitb_optimum(truth, [right]) == 1.0
    assert fitb_optimum(truth, [right, tied, wrong]) == pytest.approx((1 + 0.5 + 0) / 3)


def test_the_optimum_of_outfits_is_the_share_of_pairs_in_the_right_order() -> None:
    truth = truth_with(style=[0, 0, 2])
    good, bad = (0, 1), (0, 2)

    assert compatibility_optimum(truth, [good, bad], [1, 0]) == 1.0
    assert compatibility_optimum(truth, [good, bad, bad, bad], [1, 1, 0, 0]) == 0.75


def test_the_truth_survives_its_table() -> None:
    truth = truth_with(role=[0, 1, 2], statement=[1, 0, 1], hue=[-1, 4, 11])

    frame = truth.to_frame(["a", "b", "c"])
    again = Truth.from_frame(frame)

    assert frame["item_id"].to_list() == ["a", "b", "c"]
    for name in ("style", "occasion", "hue", "weight", "role", "statement"):
        assert np.array_equal(getattr(again, name), getattr(truth, name))
