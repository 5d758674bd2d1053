from engine.controls.constant import Constant


def test_everything_scores_zero(outfit, fitb) -> None:
    assert Constant().score_outfits([outfit([0, 1]), outfit([2, 3, 4])]).tolist() == [0.0, 0.0]
    scores = Constant().score_candidates([fitb([0], [1, 2]), fitb([0], [1, 2, 3])])
    assert [each.tolist() for each in scores] == [[0.0, 0.0], [0.0, 0.0, 0.0]]
