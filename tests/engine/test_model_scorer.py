from pathlib import Path

import numpy as np
import pytest
import torch

from data.dataset import Dataset
from data.question_builder import build_compatibility, build_fitb
from data.questions import FitbQuestion
from engine import model_scorer
from engine.blinding import BlindFitb
from engine.model_scorer import ModelScorer, encode_items, map_items
from engine.models.model import Model
from engine.scorer import Calibrated
from engine.training import Trained, as_scorer, prepare
from graph.outfits import pad_outfits
from tests.engine.planted import shaken, tiny_config


@pytest.fixture(scope="module")
def trained(planted: Dataset) -> Trained:
    trained = prepare(planted, tiny_config("transformer"))[0]
    shaken(trained.model)
    return trained


@pytest.fixture
def scorer(trained: Trained) -> ModelScorer:
    return as_scorer(trained)


def alone(model: Model, scorer: ModelScorer, rows: tuple[int, ...]) -> tuple[float, float]:
    with torch.no_grad():
        logits = model.judge(scorer.tokens, pad_outfits([rows]))
    return logits.compatibility.item(), logits.choice.item()


def test_outfits_get_the_compatibility_logit_of_the_model_in_their_order(
    scorer, trained, planted
) -> None:
    questions = build_compatibility(planted, "valid", negatives="random", seed=0).questions[:20]
    expected = [alone(trained.model, scorer, question.items)[0] for question in questions]
    np.testing.assert_allclose(scorer.score_outfits(questions), expected, atol=1e-4)


def test_candidates_get_the_choice_logit_of_the_outfit_that_they_complete(
    scorer, trained, planted
) -> None:
    two = build_fitb(planted, "valid", negatives="random", seed=0, candidates=2).questions[:5]
    five = build_fitb(planted, "valid", negatives="random", seed=0, candidates=5).questions[:5]
    questions = [question for pair in zip(two, five, strict=True) for question in pair]
    scores = scorer.score_candidates(questions)
    assert [len(each) for each in scores] == [2, 5] * 5
    for question, each in zip(questions, scores, strict=True):
        expected = [
            alone(trained.model, scorer, (*question.context, row))[1] for row in question.candidates
        ]
        np.testing.assert_allclose(each, expected, atol=1e-4)


def test_neither_answer_nor_identifiers_are_read(scorer, planted) -> None:
    questions = build_fitb(planted, "valid", negatives="random", seed=0).questions[:9]
    other = [
        FitbQuestion(
            context=question.context,
            candidates=question.candidates,
            answer=0,
            context_ids=(),
            candidate_ids=(),
        )
        for question in questions
    ]
    for first, second in zip(
        scorer.score_candidates(questions), scorer.score_candidates(other), strict=True
    ):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("size", [1, 7])
def test_the_size_of_a_batch_makes_no_difference(scorer, planted, monkeypatch, size) -> None:
    questions = build_compatibility(planted, "valid", negatives="random", seed=0).questions[:30]
    whole = scorer.score_outfits(questions)
    monkeypatch.setattr(model_scorer, "BATCH", size)
    np.testing.assert_allclose(scorer.score_outfits(questions), whole, rtol=1e-5, atol=1e-4)


def test_probabilities_are_the_sigmoid_of_the_logits(scorer, planted) -> None:
    questions = build_compatibility(planted, "valid", negatives="random", seed=0).questions[:9]
    logits = scorer.score_outfits(questions)
    np.testing.assert_allclose(scorer.probabilities(questions), 1 / (1 + np.exp(-logits)))
    assert isinstance(scorer, Calibrated)


def test_no_questions_get_no_scores(scorer) -> None:
    assert scorer.score_outfits([]).shape == (0,)
    assert scorer.score_candidates([]) == []


def test_nothing_is_hidden_while_scoring_even_in_the_middle_of_training(scorer, planted) -> None:
    questions = build_compatibility(planted, "valid", negatives="random", seed=0).questions
    first = scorer.score_outfits(questions)
    scorer.model.train()
    np.testing.assert_array_equal(scorer.score_outfits(questions), first)


def test_items_are_encoded_with_nothing_hidden_whatever_the_batch(trained) -> None:
    trained.model.train()
    whole = encode_items(trained.model, trained.features)
    parts = encode_items(trained.model, trained.features, batch=7)
    torch.testing.assert_close(parts.vectors, whole.vectors)
    assert whole.category.equal(trained.features.category)
    assert whole.slot.equal(trained.features.slot)
    assert not whole.vectors.requires_grad


def test_scores_are_fit_for_blind_evaluation(scorer, planted: Dataset) -> None:
    part = build_fitb(planted, "valid", negatives="same-category", seed=0)
    scores = BlindFitb.of(part.questions, 0).scores(scorer)
    assert all(each.dtype == np.float64 and np.isfinite(each).all() for each in scores)


def test_the_name_is_that_of_the_model(scorer) -> None:
    assert scorer.name == "transformer"


def test_a_real_shop_can_be_scored(tiny_shop: Path) -> None:
    trained, dataset = prepare(Dataset.load(tiny_shop), tiny_config("pairwise"))
    questions = build_fitb(dataset, "test", negatives="random", seed=0).questions
    assert np.isfinite(np.concatenate(as_scorer(trained).score_candidates(questions))).all()


def test_mapped_tokens_are_those_in_memory(trained, tmp_path) -> None:
    whole = encode_items(trained.model, trained.features)
    mapped = map_items(trained.model, trained.features, tmp_path)
    assert mapped.vectors.equal(whole.vectors)
    assert mapped.category.equal(whole.category)
    assert mapped.slot.equal(whole.slot)
    torch.testing.assert_close(mapped.log_prices, whole.log_prices, equal_nan=True)
    assert whole.log_prices.isfinite().any()


def test_some_items_have_the_tokens_that_they_have_among_all(trained) -> None:
    rows = torch.tensor([70, 3, 3, 41])
    expected = encode_items(trained.model, trained.features).take(rows)
    some = encode_items(trained.model, trained.features, rows)
    torch.testing.assert_close(some.vectors, expected.vectors)
    assert some.category.equal(expected.category)
    assert some.slot.equal(expected.slot)
    torch.testing.assert_close(some.log_prices, expected.log_prices, equal_nan=True)
