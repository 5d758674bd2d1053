import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from engine.metrics import fitb_credits, midranks, pairwise_wins, roc_auc

LEVELS = st.integers(-3, 3).map(float)


@st.composite
def fitb_scores(draw: st.DrawFn) -> tuple[list[np.ndarray], np.ndarray]:
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=8))
    scores = [np.array(draw(st.lists(LEVELS, min_size=n, max_size=n))) for n in sizes]
    return scores, np.array([draw(st.integers(0, n - 1)) for n in sizes])


@st.composite
def labelled_scores(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    labels = [0, 1, *draw(st.lists(st.integers(0, 1), max_size=20))]
    scores = draw(st.lists(LEVELS, min_size=len(labels), max_size=len(labels)))
    return np.array(scores), np.array(labels)


def naive_credit(scores: np.ndarray, answer: int) -> float:
    top = [position for position, score in enumerate(scores) if score == max(scores)]
    return 1 / len(top) if answer in top else 0.0


def naive_auc(scores: np.ndarray, labels: np.ndarray) -> float:
    won = [
        1.0 if positive > negative else 0.5 if positive == negative else 0.0
        for positive in scores[labels == 1]
        for negative in scores[labels == 0]
    ]
    return sum(won) / len(won)


@given(fitb_scores())
def test_fitb_credit_equals_a_loop_over_the_questions(drawn: tuple[list, np.ndarray]) -> None:
    scores, answers = drawn
    wanted = [naive_credit(each, answer) for each, answer in zip(scores, answers, strict=True)]
    assert fitb_credits(scores, answers).tolist() == pytest.approx(wanted)


@given(fitb_scores(), st.randoms(use_true_random=False))
def test_the_order_of_candidates_changes_no_credit(drawn: tuple[list, np.ndarray], random) -> None:
    scores, answers = drawn
    orders = [random.sample(range(len(each)), len(each)) for each in scores]
    moved = np.array([order.index(a) for order, a in zip(orders, answers, strict=True)])
    shuffled = [each[order] for each, order in zip(scores, orders, strict=True)]
    assert fitb_credits(shuffled, moved).tolist() == fitb_credits(scores, answers).tolist()


@pytest.mark.parametrize("answer", range(4))
def test_a_constant_earns_a_quarter_wherever_the_answer_stands(answer: int) -> None:
    assert fitb_credits([np.full(4, 7.0)], np.array([answer])).tolist() == [0.25]


def test_no_questions_earn_no_credits() -> None:
    assert fitb_credits([], np.zeros(0, dtype=np.int64)).tolist() == []


def test_an_answer_outside_its_candidates_is_refused() -> None:
    with pytest.raises(ValueError, match="within its candidates"):
        fitb_credits([np.zeros(2), np.zeros(4)], np.array([2, 0]))


def test_a_score_that_is_no_number_is_refused_everywhere() -> None:
    broken, whole = np.array([0.0, np.nan]), np.array([0.0, 1.0])
    with pytest.raises(ValueError, match="not-a-number"):
        fitb_credits([broken], np.array([0]))
    with pytest.raises(ValueError, match="not-a-number"):
        roc_auc(broken, np.array([0, 1]))
    with pytest.raises(ValueError, match="not-a-number"):
        pairwise_wins(whole, broken)


@given(labelled_scores())
def test_auc_equals_a_loop_over_all_pairs_and_scikit_learn(drawn: tuple) -> None:
    scores, labels = drawn
    assert roc_auc(scores, labels) == pytest.approx(naive_auc(scores, labels), abs=1e-12)
    assert roc_auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


@given(labelled_scores(), st.randoms(use_true_random=False))
def test_auc_ignores_order_and_monotone_scale_and_mirrors_with_the_sign(
    drawn: tuple, random
) -> None:
    scores, labels = drawn
    order = random.sample(range(len(scores)), len(scores))
    auc = roc_auc(scores, labels)
    assert 0 <= auc <= 1
    assert roc_auc(np.exp(scores[order]), labels[order]) == pytest.approx(auc, abs=1e-12)
    assert roc_auc(-scores, labels) == pytest.approx(1 - auc, abs=1e-12)


def test_a_constant_has_an_auc_of_exactly_one_half() -> None:
    assert roc_auc(np.zeros(7), np.array([1, 1, 1, 1, 1, 0, 0])) == 0.5


def test_infinite_scores_tie_with_each_other() -> None:
    scores = np.array([np.inf, np.inf, -np.inf, -np.inf])
    assert roc_auc(scores, np.array([1, 0, 1, 0])) == 0.5
    assert pairwise_wins(scores, scores).tolist() == [0.5] * 4


def test_auc_of_one_label_is_refused() -> None:
    with pytest.raises(ValueError, match="only one of them"):
        roc_auc(np.arange(3.0), np.ones(3, dtype=np.int64))


def test_tied_scores_share_their_rank() -> None:
    assert midranks(np.array([5.0, 1.0, 5.0, 9.0])).tolist() == [2.5, 1.0, 2.5, 4.0]


def test_win_rate_compares_each_positive_with_its_own_negative_only() -> None:
    positives, negatives = np.array([1.0, 5.0, 3.0, 0.0]), np.array([0.0, 4.0, 3.0, 9.0])
    assert pairwise_wins(positives, negatives).tolist() == [1.0, 1.0, 0.5, 0.0]
    labels = np.repeat([1, 0], 4)
    assert roc_auc(np.concatenate([positives, negatives]), labels) != 0.625


def test_win_rate_without_pairs_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one pair"):
        pairwise_wins(np.zeros(0), np.zeros(0))
