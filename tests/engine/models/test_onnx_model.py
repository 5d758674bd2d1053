import pytest
import torch

from engine.items import ItemTokens
from engine.models.model import Model
from engine.models.onnx_model import OnnxJudge, OnnxTarget
from engine.training import Trained
from graph.outfits import pad_outfits

OUTFITS = (
    [[0]],
    [[]],
    [[3, 33, 63], [4, 40]],
    [[5, 50, 70, 10, 29], [29], [], [1, 2, 3]],
    [list(range(5, 89, 7))],
    [list(range(first % 90, 90, 17)) for first in range(128)],
)
"""Of one item, none, and twelve; one, few, and many of them."""

CLOSE = {"atol": 1e-4, "rtol": 1e-5}


@pytest.fixture
def tokens(model: Model, trained: Trained) -> ItemTokens:
    with torch.no_grad():
        return model.encode(trained.features)


@torch.no_grad()
def test_any_outfits_get_the_logits_of_the_model(model, tokens) -> None:
    judge = OnnxJudge(model, tokens)
    for outfits in OUTFITS:
        batch = pad_outfits(outfits)
        expected, got = model.judge(tokens, batch), judge(tokens, batch)
        torch.testing.assert_close(got.compatibility, expected.compatibility, **CLOSE)
        torch.testing.assert_close(got.choice, expected.choice, **CLOSE)


@torch.no_grad()
def test_any_contexts_get_the_targets_of_the_model(model, tokens) -> None:
    embed = OnnxTarget(model, tokens)
    for outfits in OUTFITS:
        batch = pad_outfits(outfits)
        wanted = tokens.take(torch.arange(10, 10 + len(outfits)) % len(tokens))
        expected = model.embed_target(tokens, batch, wanted)
        torch.testing.assert_close(embed(tokens, batch, wanted), expected, **CLOSE)


@torch.no_grad()
def test_items_without_a_price_are_judged_as_the_model_judges_them(model, tokens) -> None:
    unpriced = ItemTokens(category=tokens.category, slot=tokens.slot, vectors=tokens.vectors)
    batch = pad_outfits(OUTFITS[2])
    expected = model.judge(unpriced, batch).compatibility
    got = OnnxJudge(model, tokens)(unpriced, batch).compatibility
    torch.testing.assert_close(got, expected, **CLOSE)


def test_the_model_stays_in_evaluation_mode(model, tokens) -> None:
    OnnxJudge(model, tokens)
    assert not any(module.training for module in model.modules())
