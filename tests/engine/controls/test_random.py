import numpy as np

from engine.controls.random import Random


def test_scores_are_uniform_and_follow_the_seed_alone(outfit) -> None:
    questions = [outfit([0, 1])] * 2000
    scores = Random(seed=4).score_outfits(questions)
    assert abs(scores.mean() - 0.5) < 0.03
    assert abs(scores.std() - np.sqrt(1 / 12)) < 0.02
    assert np.array_equal(scores, Random(seed=4).score_outfits(questions))
    assert not np.array_equal(scores, Random(seed=5).score_outfits(questions))


def test_every_candidate_wins_equally_often(fitb) -> None:
    questions = [fitb([0], [1, 2, 3, 4])] * 2000
    winners = [scores.argmax() for scores in Random(seed=0).score_candidates(questions)]
    assert np.abs(np.bincount(winners, minlength=4) - 500).max() < 80
