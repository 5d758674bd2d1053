import numpy as np
import pytest

from data.features import Feature
from engine.controls.suite import control_suite
from engine.scorer import Scorer
from engine.training_counts import TrainingCounts

NAMES = [
    "constant",
    "random",
    "category_pmi",
    "popularity",
    "raw_cosine",
    "price_ratio",
    "identifier_order",
]
PRICES = [5.0, 9.0, None, 80.0, 7.0, 0.0, 33.0, 5.0]
READING = ["category_pmi", "popularity", "raw_cosine", "price_ratio"]


@pytest.fixture
def controls(make_dataset) -> dict[str, Scorer]:
    dataset = make_dataset(list("abcabcab"), [[0, 1, 2], [3, 4], [0, 5]], prices=PRICES)
    feature = Feature(
        name="text",
        modality="text",
        encoder="drawn",
        vectors=np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32),
        present=np.array([True] * 7 + [False]),
    )
    suite = control_suite(TrainingCounts.count(dataset), dataset.items, [feature], seed=3)
    return {control.name: control for control in suite}


def test_all_controls_are_there_in_the_order_of_reports(controls) -> None:
    assert list(controls) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_no_questions_get_no_scores(controls, name: str) -> None:
    assert controls[name].score_outfits([]).shape == (0,)
    assert controls[name].score_candidates([]) == []


@pytest.mark.parametrize("name", READING)
def test_the_order_of_items_and_candidates_changes_no_score(
    controls, name: str, outfit, fitb
) -> None:
    control = controls[name]
    forward, backward = control.score_outfits([outfit([0, 1, 5, 7]), outfit([7, 5, 1, 0])])
    assert forward == backward
    there, back = control.score_candidates([fitb([0, 1, 3], [2, 5, 6]), fitb([3, 0, 1], [6, 5, 2])])
    assert there.tolist() == back[::-1].tolist()


@pytest.mark.parametrize("name", READING)
def test_a_question_scores_alone_as_it_does_among_others(controls, name: str, outfit, fitb) -> None:
    control = controls[name]
    outfits = [outfit([0, 1]), outfit([2, 3, 4]), outfit([5, 6, 7, 0])]
    alone = [control.score_outfits([each]).item() for each in outfits]
    assert control.score_outfits(outfits).tolist() == alone
    questions = [fitb([0, 1], [2, 3]), fitb([4], [5, 6, 7])]
    together = [each.tolist() for each in control.score_candidates(questions)]
    assert together == [control.score_candidates([each])[0].tolist() for each in questions]
