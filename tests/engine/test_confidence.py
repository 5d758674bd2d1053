import numpy as np
import pytest

from data.dataset import Dataset
from data.question_builder import build_compatibility
from engine.bundle import load_bundle
from engine.bundled_scorer import bundled_scorer
from engine.calibration import Calibration
from engine.confidence import Confidence
from engine.presence import known_parts
from engine.scorer import Calibrated


def test_nothing_fitted_is_the_plain_sigmoid_without_relevance(tiny_bundle, tmp_path) -> None:
    preparation = load_bundle(tiny_bundle).preparation
    Confidence.none(preparation.num_parts).write(tmp_path)
    read = Confidence.read(tmp_path, preparation, dim=7)
    assert read.calibration == Calibration.plain(preparation.num_parts)
    assert read.relevance is None
    assert read.relevance_figures == {}


def test_a_bundle_scores_with_its_calibrator(tiny_bundle, tiny_shop) -> None:
    dataset = Dataset.load(tiny_shop)
    scorer = bundled_scorer(tiny_bundle, dataset)
    assert isinstance(scorer, Calibrated)
    questions = build_compatibility(dataset, "test", negatives="random", seed=0).questions
    logits, probabilities = scorer.score_outfits(questions), scorer.probabilities(questions)
    parts = known_parts(scorer.tokens, scorer.widths).double().numpy()
    for number, question in enumerate(questions):
        known = parts[list(question.items)].mean(0, keepdims=True)
        (expected,) = scorer.calibrator.probability(logits[[number]], known)
        assert probabilities[number] == pytest.approx(expected, abs=1e-6)
    assert not np.allclose(probabilities, 1 / (1 + np.exp(-logits)), atol=0.02)
