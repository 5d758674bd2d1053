from collections import Counter
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from data.questions import FitbQuestion
from data.shop.generator import Shop, draw_shop
from data.shop.outfits import Stock
from data.shop.questions import Asker
from data.shop.rule_questions import HARMLESS, kinds_of, single_rule
from data.shop.taste import CLASH_COST, RULES, clashes, fitb_optimum, is_odd, planted_logit
from engine.metrics import fitb_credits

Questions = dict[str, list[FitbQuestion]]


@pytest.fixture(scope="module")
def asked(shop: Shop) -> Questions:
    return {rule: single_rule(asker, rule, 300) for rule, asker in shop.rule_askers.items()}


def accuracy(questions: list[FitbQuestion], score: np.ndarray) -> float:
    """FITB accuracy of a scorer that looks at the candidate alone, `score` one entry a row."""
    scores = [score[list(question.candidates)].astype(float) for question in questions]
    return float(fitb_credits(scores, np.array([q.answer for q in questions])).mean())


@pytest.mark.parametrize("rule", RULES)
def test_every_distractor_breaks_the_one_rule_and_nothing_else(
    shop: Shop, asked: Questions, rule: str
) -> None:
    number = RULES.index(rule)
    assert len(asked[rule]) >= 10
    for question in asked[rule]:
        context = np.array(question.context)
        broken = clashes(shop.truth, np.array(question.candidates), context).sum(1)
        odd = {is_odd(shop.truth, np.array([*context, row])) for row in question.candidates}
        assert odd == {False}
        assert not np.delete(broken, number, axis=1).any()
        assert [count == 0 for count in broken[:, number]] == [
            place == question.answer for place in range(4)
        ]


@pytest.mark.parametrize("rule", RULES)
def test_the_planted_logit_of_candidates_differs_by_that_rule_alone(
    shop: Shop, asked: Questions, rule: str
) -> None:
    assert fitb_optimum(shop.truth, asked[rule]) == 1.0
    for question in asked[rule]:
        rows = np.array(question.candidates)
        logits = [
            planted_logit(shop.truth, [*question.context, row]) for row in question.candidates
        ]
        broken = clashes(shop.truth, rows, np.array(question.context))[..., RULES.index(rule)]
        assert logits == (logits[question.answer] - CLASH_COST * broken.sum(1)).tolist()


@pytest.mark.parametrize("rule", RULES)
def test_candidates_share_the_category_and_none_is_twice_in_a_question(
    shop: Shop, asked: Questions, rule: str
) -> None:
    asker = shop.rule_askers[rule]
    for question in asked[rule]:
        rows = [*question.context, *question.candidates]
        assert len(set(rows)) == len(rows)
        assert len({asker.categories[row] for row in question.candidates}) == 1
        assert question.candidate_ids == tuple(asker.item_ids[r] for r in question.candidates)


@pytest.mark.parametrize("rule", RULES)
def test_any_two_kinds_change_places(shop: Shop, asked: Questions, rule: str) -> None:
    kinds = kinds_of(shop.truth, rule)
    places = Counter[tuple[int, int]]()
    for question in asked[rule]:
        right, *wrong = kinds[[question.candidates[question.answer], *question.candidates]]
        assert HARMLESS not in (right, *wrong)
        (other,) = set(np.delete(wrong, question.answer).tolist())
        places[int(right), other] += 1

    assert all(count == places[other, right] for (right, other), count in places.items())


@pytest.mark.parametrize("rule", ["style", "occasion", "fabric"])
def test_a_liking_for_some_kinds_whatever_the_context_earns_one_half(
    shop: Shop, asked: Questions, rule: str
) -> None:
    kinds = kinds_of(shop.truth, rule)
    for order in permutations(range(kinds.max() + 1)):
        assert accuracy(asked[rule], np.array(order)[kinds]) == pytest.approx(0.5)


@pytest.mark.parametrize("rule", RULES)
def test_popularity_and_what_the_rule_does_not_see_say_nothing(rule: str) -> None:
    shop = draw_shop(num_items=1200, num_outfits=10, seed=1)
    questions = single_rule(shop.rule_askers[rule], rule, 300)
    others = {"style", "occasion", "hue", "weight", "statement"} - {
        {"colour": "hue", "fabric": "weight"}.get(rule, rule)
    }
    assert len(questions) > 100
    spread = (0.25 * 0.75 / len(questions)) ** 0.5
    for score in (shop.asker.stock.demand, *(getattr(shop.truth, name) for name in others)):
        assert abs(accuracy(questions, score) - 0.25) < 4 * spread


def test_no_hue_is_right_whatever_the_context() -> None:
    shop = draw_shop(num_items=1200, num_outfits=10, seed=1)
    questions = single_rule(shop.rule_askers["colour"], "colour", 300)
    right = Counter(int(shop.truth.hue[q.candidates[q.answer]]) for q in questions)
    seen = Counter(int(shop.truth.hue[row]) for q in questions for row in q.candidates)
    share = np.array([right[hue] / seen[hue] if seen[hue] else 0.0 for hue in range(12)])

    assert accuracy(questions, share[shop.truth.hue]) < 0.5


def test_a_file_does_not_depend_on_those_before_it(shop: Shop) -> None:
    again = draw_shop(num_items=600, num_outfits=400, seed=0)
    assert shop.rule_askers.keys() == set(RULES)
    assert len(single_rule(again.rule_askers["fabric"], "fabric", 12)) == 12
    rng = again.rule_askers["colour"].rng
    assert (
        rng.random()
        == draw_shop(num_items=600, num_outfits=1, seed=0).rule_askers["colour"].rng.random()
    )


def test_a_catalogue_without_rivals_is_asked_nothing(shop: Shop) -> None:
    truth = replace(shop.truth, weight=np.zeros_like(shop.truth.weight))
    stock = Stock(truth=truth, slots=shop.asker.stock.slots, demand=shop.asker.stock.demand)
    asker = Asker(
        stock=stock,
        item_ids=shop.asker.item_ids,
        categories=shop.asker.categories,
        rng=np.random.default_rng(0),
    )

    assert single_rule(asker, "fabric", 100) == []
