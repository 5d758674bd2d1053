import pytest

from engine.controls.price_ratio import PriceRatio


@pytest.fixture
def control(make_dataset) -> PriceRatio:
    return PriceRatio.of(make_dataset(["a"] * 5, [], [10.0, 20.0, 40.0, None, 0.0]).items)


def test_an_outfit_scores_the_mean_ratio_of_lower_to_higher_price(control, outfit) -> None:
    (score,) = control.score_outfits([outfit([0, 1, 2])])
    assert score == pytest.approx((1 / 2 + 1 / 4 + 1 / 2) / 3)


def test_items_without_a_price_or_for_nothing_are_left_out(control, outfit) -> None:
    scores = control.score_outfits([outfit([0, 1, 3, 4]), outfit([0, 3]), outfit([0])])
    assert scores.tolist() == pytest.approx([1 / 2, 0, 0])


def test_a_candidate_is_compared_with_the_context_alone(control, fitb) -> None:
    (scores,) = control.score_candidates([fitb([0, 1], [2, 3])])
    assert scores.tolist() == pytest.approx([(1 / 4 + 1 / 2) / 2, 0])
