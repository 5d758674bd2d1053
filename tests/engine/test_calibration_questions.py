from dataclasses import replace

import numpy as np
import pytest

from data.dataset import Dataset
from data.question_builder import build_compatibility
from engine.calibration_fit import JudgedOutfits, fit_temperature
from engine.calibration_questions import hidings, judge_questions
from engine.frozen_model import FrozenModel
from engine.presence import part_names
from engine.training import Trained, as_scorer, fit, prepare
from tests.engine.planted import tiny_config


@pytest.fixture(scope="module")
def trained(planted: Dataset) -> Trained:
    trained, dataset = prepare(planted, tiny_config("pairwise"))
    list(fit(trained, dataset))
    return trained


@pytest.fixture(scope="module")
def frozen(trained: Trained) -> FrozenModel:
    return FrozenModel.of(trained.model.eval(), trained.preparation, trained.features)


@pytest.fixture(scope="module")
def questions(planted: Dataset):
    return build_compatibility(planted, "valid", negatives="random", seed=0).questions


@pytest.fixture(scope="module")
def judged(frozen, questions) -> JudgedOutfits:
    return judge_questions(frozen, questions, seed=0)


def test_everything_is_hidden_alone_and_left_alone_and_together() -> None:
    assert hidings({"a": 1, "b": 1}) == [
        (),
        ("a",),
        ("b",),
        ("category",),
        ("b", "category"),
        ("a", "category"),
        ("a", "b"),
        ("a", "b", "category"),
    ]
    assert hidings({}) == [(), ("category",)]


def test_the_questions_come_first_as_the_scorer_judges_them(judged, trained, questions) -> None:
    num = len(questions)
    np.testing.assert_allclose(
        judged.logits[:num], as_scorer(trained).score_outfits(questions), atol=1e-5
    )
    assert not judged.hidden[:num].any()
    assert judged.hidden[num:].all()
    assert (judged.weights[:num] == 1).all()
    assert judged.weights[num:].sum() == pytest.approx(num)


def test_copies_keep_label_and_group_of_their_question(judged, frozen, questions) -> None:
    num = len(questions)
    label_of = dict(zip(judged.groups[:num].tolist(), judged.labels[:num].tolist(), strict=True))
    assert [label_of[group] for group in judged.groups.tolist()] == judged.labels.tolist()
    assert len(judged.labels) == num * (len(hidings(frozen.widths)) + 1)


def test_equal_outfits_are_of_one_group_whatever_their_order(frozen, questions) -> None:
    turned = replace(questions[0], items=questions[0].items[::-1])
    groups = judge_questions(frozen, [questions[0], questions[1], turned], seed=0).groups[:3]
    assert groups[0] == groups[2] != groups[1]


def test_every_hiding_is_seen_and_so_are_mixtures(judged, frozen) -> None:
    shares = judged.known[judged.hidden]
    names = part_names(frozen.widths)
    for at in range(len(names)):
        assert (shares[:, at] == 0).any()
        assert (shares[:, at] == 1).any()
    assert ((shares > 0) & (shares < 1)).any()


def test_hiding_a_part_does_not_raise_confidence_on_average(judged) -> None:
    calibrator = fit_temperature(judged)
    base_rate = judged.labels.mean()
    confidence = np.abs(calibrator.probability(judged.logits, judged.known) - base_rate)
    shown = confidence[~judged.hidden].mean()
    nothing = judged.hidden & (judged.known == 0).all(1)
    assert confidence[judged.hidden].mean() < shown
    assert confidence[nothing].mean() < 0.05 < shown
    for at in range(judged.known.shape[1]):
        assert confidence[judged.hidden & (judged.known[:, at] == 0)].mean() < shown
