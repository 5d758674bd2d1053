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


def test_training_fits_both_and_says_how_good_they_are(tiny_bundle) -> None:
    fitted = load_bundle(tiny_bundle).confidence
    assert fitted.calibration.source.startswith("validation outfits: ")
    assert set(fitted.calibration.figures) >= {"questions", "log_loss", "brier", "ece"}
    assert fitted.relevance is not None
    assert set(fitted.relevance_figures) == {"adapter", "one map"}
    ours, single = fitted.relevance_figures["adapter"], fitted.relevance_figures["one map"]
    assert ours["log_loss"] <= single["log_loss"] + 0.01


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
