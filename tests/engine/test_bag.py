import math

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.bag import BagOfWords
from engine.whitening import unit_rows

BAGS = [
    bag
    for colour in ("red", "navy")
    for fabric in ("silk", "wool", "denim")
    for bag in [[colour, fabric]] * 6
]


def fit(bags: list[list[str]], *, width: int = 8, min_count: int = 2) -> BagOfWords | None:
    return BagOfWords.fit(bags, width=width, min_count=min_count, seed=0)


@pytest.fixture
def bag() -> BagOfWords:
    fitted = fit(BAGS)
    assert fitted is not None
    return fitted


def test_words_are_those_that_enough_bags_hold_a_repeat_in_one_bag_counts_once() -> None:
    bags = [*BAGS, ["lace", "red"], ["lace", "navy"], ["tulle", "tulle", "tulle", "red"]]
    fitted = fit(bags)
    assert fitted is not None
    assert fitted.words == ("denim", "lace", "navy", "red", "silk", "wool")


def test_idf_is_the_smoothed_logarithm_of_how_rare_a_word_is(bag) -> None:
    expected = [1 + math.log(37 / (1 + count)) for count in (12, 18, 18, 12, 12)]
    assert bag.words == ("denim", "navy", "red", "silk", "wool")
    np.testing.assert_allclose(bag.idf, expected, rtol=1e-6)


@pytest.mark.parametrize(
    "bags",
    [[], [[], []], [["red"]] * 9, [["red", "silk"], ["red", "wool"], ["red"]]],
    ids=["none", "empty", "one word", "one frequent word"],
)
def test_fewer_than_two_frequent_words_make_no_bag(bags) -> None:
    assert fit(bags) is None


def test_empty_bags_are_not_learned_from(bag) -> None:
    other = fit(BAGS + [[]] * 500)
    assert other is not None
    np.testing.assert_array_equal(other.components, bag.components)
    np.testing.assert_array_equal(other.idf, bag.idf)


def test_directions_have_equal_spread_on_what_they_were_fitted_on() -> None:
    rng = np.random.default_rng(0)
    words = [f"word{number}" for number in range(12)]
    bags = [list(rng.choice(words, 4, replace=False)) for _ in range(200)]
    fitted = fit(bags, width=5)
    assert fitted is not None
    weights = np.array([[word in bag for word in fitted.words] for bag in bags]) * fitted.idf
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    np.testing.assert_allclose((weights @ fitted.components.T).std(0), 1, rtol=1e-3)


@pytest.mark.parametrize("repeats", [1, 2, 5])
def test_a_bag_becomes_the_unit_vector_of_its_words_a_repeat_counting_by_its_logarithm(
    bag, repeats
) -> None:
    weights = bag.idf * np.isin(bag.words, ["red", "silk"])
    weights[bag.words.index("red")] *= 1 + math.log(repeats)
    expected = weights @ bag.components.T
    (vector,) = bag.apply([["silk", *["red"] * repeats]])
    np.testing.assert_allclose(vector, expected / np.linalg.norm(expected), atol=1e-6)
    assert vector.dtype == np.float32


def test_words_are_weighed_as_scikit_learn_weighs_them() -> None:
    rng = np.random.default_rng(0)
    words = [f"word{number}" for number in range(60)]
    bags = [list(rng.choice(words, rng.integers(12))) for _ in range(500)]
    fitted = fit(bags[:300], width=24)
    assert fitted is not None
    weights = TfidfVectorizer(analyzer=list, vocabulary=fitted.words, sublinear_tf=True)
    weights.idf_ = fitted.idf.astype(np.float64)
    expected = unit_rows((weights.transform(bags) @ fitted.components.T).astype(np.float32))
    np.testing.assert_array_equal(fitted.apply(bags), expected)


def test_the_order_of_words_makes_no_difference(bag) -> None:
    first, turned = bag.apply([["red", "silk"], ["silk", "red"]])
    np.testing.assert_array_equal(first, turned)


def test_unknown_words_add_nothing_and_nothing_but_unknown_words_is_zero(bag) -> None:
    known, beside, unknown, empty = bag.apply([["red"], ["red", "zebra"], ["zebra"], []])
    np.testing.assert_array_equal(known, beside)
    assert not unknown.any()
    assert not empty.any()
    assert np.linalg.norm(known) == pytest.approx(1, abs=1e-6)


def test_no_bags_are_no_rows(bag) -> None:
    assert bag.apply([]).shape == (0, bag.width)


@pytest.mark.parametrize(("asked", "width"), [(2, 2), (64, 4)])
def test_the_width_is_what_is_asked_for_and_less_than_the_words_known(asked, width) -> None:
    fitted = fit(BAGS, width=asked)
    assert fitted is not None
    assert fitted.width == width
    assert fitted.components.shape == (width, 5)
    assert fitted.components.dtype == fitted.idf.dtype == np.float32


def test_there_is_at_most_one_direction_to_four_bags() -> None:
    fitted = fit(BAGS[::3], width=64, min_count=1)
    assert fitted is not None
    assert fitted.width == 3


def test_words_that_every_item_has_tell_nothing() -> None:
    fitted = fit([["brand=us", "gender=women"]] * 40)
    assert fitted is not None
    assert not fitted.apply([["brand=us", "gender=women"]]).any()


def test_a_seed_decides_everything(bag) -> None:
    again = fit(BAGS)
    assert again is not None
    np.testing.assert_array_equal(bag.components, again.components)


def test_plain_words_are_directions_of_their_own_and_of_equal_weight() -> None:
    plain = BagOfWords.plain([*BAGS, ["red", "lace"]], width=8, min_count=2)
    assert plain is not None
    assert plain.words == ("denim", "navy", "red", "silk", "wool")
    both, one, unknown = plain.apply([["silk", "red"], ["wool", "lace"], ["lace"]])
    np.testing.assert_allclose(both, np.array([0, 0, 1, 1, 0]) / 2**0.5, atol=1e-6)
    np.testing.assert_allclose(one, [0, 0, 0, 0, 1], atol=1e-6)
    assert not unknown.any()


def test_plain_words_are_the_most_frequent_and_of_equals_the_first_by_name() -> None:
    plain = BagOfWords.plain(BAGS, width=3, min_count=2)
    assert plain is not None
    assert plain.words == ("denim", "navy", "red")


@pytest.mark.parametrize("bags", [[], [["red"]] * 9, [["red", "silk"], ["red"], ["red"]]])
def test_fewer_than_two_frequent_plain_words_make_no_bag(bags) -> None:
    assert BagOfWords.plain(bags, width=8, min_count=2) is None


def test_a_word_that_one_bag_repeats_is_one_plain_word() -> None:
    bags = [["red", "navy"]] * 3 + [["lace"] * 5]
    plain = BagOfWords.plain(bags, width=8, min_count=2)
    assert plain is not None
    assert plain.words == ("navy", "red")
