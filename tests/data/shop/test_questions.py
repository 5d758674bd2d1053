from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from data.questions import FitbQuestion
from data.shop.generator import Shop
from data.shop.taste import ROLES, clashes, fitb_optimum, is_odd, planted_logit


@pytest.fixture(scope="module")
def third_order(shop: Shop) -> list[FitbQuestion]:
    questions = shop.asker.third_order(125)
    assert len(questions) == 120
    return questions


def test_distractors_share_the_category_and_break_a_rule(shop: Shop) -> None:
    questions = shop.asker.fitb(shop.splits["test"])

    assert len(questions) > 30
    for question in questions:
        logits = [
            planted_logit(shop.truth, [*question.context, row]) for row in question.candidates
        ]
        assert len({shop.asker.categories[row] for row in question.candidates}) == 1
        assert [logit > 0 for logit in logits] == [
            place == question.answer for place in range(len(logits))
        ]


def test_no_question_repeats_an_item(shop: Shop, third_order: list[FitbQuestion]) -> None:
    for question in [*shop.asker.fitb(shop.splits["test"]), *third_order]:
        rows = [*question.context, *question.candidates]
        assert len(set(rows)) == len(rows)
        assert question.candidate_ids == tuple(shop.asker.item_ids[r] for r in question.candidates)


def test_the_answer_may_stand_anywhere(third_order: list[FitbQuestion]) -> None:
    places = Counter(question.answer for question in third_order)

    assert set(places) == {0, 1, 2, 3}
    assert max(places.values()) < 0.45 * len(third_order)


def test_refused_outfits_have_the_categories_of_the_liked_ones(shop: Shop) -> None:
    questions = shop.asker.compatibility(shop.splits["test"])
    liked, refused = questions[0::2], questions[1::2]

    assert {question.label for question in liked} == {1}
    assert {question.label for question in refused} == {0}
    for one, other in zip(liked, refused, strict=True):
        categories = shop.asker.categories
        assert [categories[row] for row in one.items] == [categories[row] for row in other.items]
        assert planted_logit(shop.truth, one.items) > 0 >= planted_logit(shop.truth, other.items)


def test_only_the_third_order_rule_decides(shop: Shop, third_order: list[FitbQuestion]) -> None:
    assert fitb_optimum(shop.truth, third_order) == 1.0
    for question in third_order:
        rows = np.array(question.candidates)
        assert len({shop.asker.categories[row] for row in rows}) == 1
        assert not clashes(shop.truth, rows, np.array(question.context)).any()
        odd = [is_odd(shop.truth, np.array([*question.context, row])) for row in rows]
        assert [not wrong for wrong in odd] == [place == question.answer for place in range(4)]


def test_no_bit_and_no_pair_of_bits_gives_the_answer_away(
    shop: Shop, third_order: list[FitbQuestion]
) -> None:
    counts = Counter[tuple[object, ...]]()
    for question in third_order:
        worn = [*question.context, question.candidates[question.answer]]
        roles = {int(shop.truth.role[row]): bool(shop.truth.statement[row]) for row in worn}
        blank = int(shop.truth.role[worn[-1]])
        counts[blank, "answer", roles[blank]] += 1
        for one, other in combinations(range(len(ROLES)), 2):
            counts[blank, one, other, roles[one], roles[other]] += 1

    for size, parts in ((3, 2), (5, 4)):
        found = [count for key, count in counts.items() if len(key) == size]
        assert set(found) == {len(third_order) // len(ROLES) // parts}
