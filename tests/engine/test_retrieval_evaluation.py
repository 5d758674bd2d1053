import json

import numpy as np
import pytest

from data.errors import SchemaError
from data.pools import Pools
from engine.controls.constant import Constant
from engine.controls.random import Random
from engine.evaluation import EvaluationConfig
from engine.retrieval_evaluation import CURVE, evaluate_retrieval
from tests.engine.searchers import Near, pools_of, question, question_set

CONFIG = EvaluationConfig(seed=3, resamples=200)
NAMES: list[str | None] = ["boots"] * 100 + ["hats"] * 100 + [None]
TITLES = [None if row % 2 else f"title {row}" for row in range(201)]
POOLS = pools_of({"boots": list(range(100)), "hats": list(range(100, 200))}, NAMES)
EASY = [question([row - 1, row + 1], row) for row in range(10, 90, 2)]
HARD = [question([102, 104], row) for row in range(150, 160)]


def report(questions: list, *, pools: Pools = POOLS, wish="category", model=None, config=CONFIG):
    return evaluate_retrieval(
        model or Near(),
        [Constant(), Random(seed=0)],
        question_set(questions),
        pools=pools,
        titles=TITLES,
        wish=wish,
        config=config,
    )


def test_a_perfect_retriever_earns_one_and_a_constant_one_what_chance_gives() -> None:
    found = report(EASY)
    assert {name: each["figure"] for name, each in found["figures"].items()} == {
        "recall@10": 1.0,
        "recall@30": 1.0,
        "recall@50": 1.0,
        "mrr": 1.0,
        "ndcg@10": 1.0,
    }
    constant = found["controls"]["constant"]["figures"]
    assert constant["recall@10"]["figure"] == pytest.approx(10 / 98)
    assert constant["recall@50"]["figure"] == pytest.approx(50 / 98)
    assert found["beats_every_control"]
    assert found["model"] == found["figures"]["recall@10"]


def test_fine_pools_count_every_category_alike_and_others_every_question() -> None:
    fine, coarse = (
        report(EASY + HARD, pools=pools_of(dict(POOLS.rows), NAMES, rule))
        for rule in ("fine", "coarse")
    )
    assert (fine["average"], fine["model"]["figure"]) == ("macro", pytest.approx(0.5))
    assert (coarse["average"], coarse["model"]["figure"]) == ("micro", pytest.approx(0.8))


def test_a_macro_average_keeps_the_size_of_every_category_in_its_resamples() -> None:
    interval = report(EASY + HARD)["model"]
    assert interval["low"] == interval["high"] == pytest.approx(0.5)


def test_the_recall_curve_rises_and_agrees_with_the_figures() -> None:
    found = report(EASY + HARD)
    for scorer in (found, *found["controls"].values()):
        curve = [scorer["recall_curve"][str(k)] for k in CURVE]
        assert curve == sorted(curve)
        assert curve[-1] == pytest.approx(1.0)
        assert scorer["recall_curve"]["30"] == scorer["figures"]["recall@30"]["figure"]


def test_every_question_has_its_rank_its_credit_and_its_pool() -> None:
    found = report([*EASY[:2], HARD[0]])
    assert found["ranks"][:2] == [1.0, 1.0]
    assert found["credits"] == [1.0, 1.0, 0.0]
    assert found["pool_of"] == ["boots", "boots", "hats"]
    assert json.loads(json.dumps(found)) == found


def test_a_question_without_a_pool_is_dropped_and_counted() -> None:
    found = report([*EASY, question([1], 200)])
    assert found["questions"] == len(EASY)
    assert found["dropped"] == {"a reason": 3, "target of unknown category": 1}


def test_no_question_left_is_refused_with_the_reasons() -> None:
    with pytest.raises(SchemaError, match="1 target of unknown category"):
        report([question([1], 200)])


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("none", [(None, None), (None, None)]),
        ("category", [("boots", None), ("boots", None)]),
        ("category+text", [("boots", "title 10"), ("boots", None)]),
    ],
)
def test_a_retriever_is_told_what_the_wish_says_and_no_more(wish, told) -> None:
    near = Near()
    found = report([EASY[0], question([12, 14], 13)], wish=wish, model=near)
    assert [(query.category, query.text) for query in near.queries] == told
    assert (found["wish"], found["questions_with_text"]) == (wish, 1)
    assert "secret" not in repr(near.queries)


def test_the_order_of_a_context_tells_nothing() -> None:
    near = Near()
    report([question(list(range(20, 50)), 10)], model=near)
    assert sorted(near.queries[0].context) == list(range(20, 50))
    assert near.queries[0].context != tuple(range(20, 50))


def test_equal_seeds_give_equal_reports() -> None:
    other = EvaluationConfig(seed=4, resamples=200)
    pools = pools_of(dict(POOLS.rows), NAMES, "coarse")
    assert report(EASY + HARD, pools=pools) == report(EASY + HARD, pools=pools)
    assert report(EASY + HARD, pools=pools) != report(EASY + HARD, pools=pools, config=other)


def test_a_model_that_does_not_beat_a_control_is_told_so() -> None:
    found = report(HARD)
    assert np.isclose(found["model"]["figure"], 0.0)
    assert "does not beat" in found["sentence"]
