import logging
from dataclasses import replace

import pytest
import torch

from engine.items import ItemTokens
from engine.models.build import ModelConfig
from engine.models.model import Model, OutfitLogits
from engine.quickest import MIN_ITEMS, QuickestModel, quickest
from engine.recommender import Recommender
from engine.requests import Slot
from engine.training import prepare
from graph.outfits import pad_outfits
from tests.engine.planted import shaken, tiny_config


class Lengthwise(Model):
    """Its logits depend on a size in a way that tracing does not see."""

    def encode(self, items):
        raise NotImplementedError

    def judge(self, tokens, batch):
        logits = tokens.vectors[batch.rows].sum((1, 2)) * len(batch.rows)
        return OutfitLogits(compatibility=logits, choice=logits)

    def embed_target(self, tokens, batch, wanted):
        return wanted.vectors + tokens.vectors[batch.rows].sum(1)


class Solving(Lengthwise):
    """Its logits solve equations, for which ONNX has no operation."""

    def judge(self, tokens, batch):
        items = tokens.vectors[batch.rows]
        logits = torch.linalg.lstsq(items, items).solution.sum((1, 2))
        return OutfitLogits(compatibility=logits, choice=logits)


@pytest.fixture(scope="module")
def served(planted) -> tuple[Model, ItemTokens]:
    config = replace(tiny_config("mean-pool"), model=ModelConfig(name="mean-pool", width=8))
    trained, _ = prepare(planted, config)
    model = shaken(trained.model).eval()
    with torch.no_grad():
        return model, model.encode(trained.features)


def runtimes(model: Model, method: str) -> set[str]:
    assert isinstance(model, QuickestModel)
    return set(model.choices[method].seconds)


def test_of_the_runtimes_with_the_same_answers_the_quickest_is_chosen(served) -> None:
    model = quickest(*served)
    assert runtimes(model, "judge") == runtimes(model, "embed_target") == {"torch", "onnxruntime"}
    for choice in model.choices.values():
        assert choice.seconds[choice.runtime] == min(choice.seconds.values())


@torch.no_grad()
def test_the_answers_are_those_of_the_model(served) -> None:
    model, tokens = served
    quick, batch = quickest(model, tokens), pad_outfits([[3, 33, 63, 5], [4, 40]])
    wanted = tokens.take(torch.tensor([7, 70]))
    close = {"atol": 1e-4, "rtol": 0}
    expected, got = model.judge(tokens, batch), quick.judge(tokens, batch)
    torch.testing.assert_close(got.compatibility, expected.compatibility, **close)
    torch.testing.assert_close(got.choice, expected.choice, **close)
    target = model.embed_target(tokens, batch, wanted)
    torch.testing.assert_close(quick.embed_target(tokens, batch, wanted), target, **close)


def test_a_runtime_with_other_answers_is_left_out(served, caplog) -> None:
    model = quickest(Lengthwise().eval(), served[1])
    assert runtimes(model, "judge") == {"torch"}
    assert runtimes(model, "embed_target") == {"torch", "onnxruntime"}
    assert "ONNX Runtime answers otherwise" in caplog.messages


def test_what_cannot_be_exported_runs_on_pytorch(served, caplog) -> None:
    caplog.set_level(logging.INFO)
    model = quickest(Solving().eval(), served[1])
    assert runtimes(model, "judge") == {"torch"}
    assert runtimes(model, "embed_target") == {"torch", "onnxruntime"}
    assert "ONNX Runtime does not run the model" in caplog.messages


def test_what_was_measured_is_logged(served, caplog) -> None:
    caplog.set_level(logging.INFO)
    quickest(*served)
    told = [record for record in caplog.records if record.getMessage() == "runtime"]
    assert [record.method for record in told] == ["judge", "embed_target"]
    assert all(set(record.microseconds) == {"torch", "onnxruntime"} for record in told)


def test_too_few_items_to_ask_about_leave_the_model_as_it_is(served) -> None:
    model, tokens = served
    assert quickest(model, tokens.take(torch.arange(MIN_ITEMS - 1))) is model


def test_a_quickened_recommender_answers_as_before(bundle, outfit) -> None:
    plain = Recommender(bundle)
    quick = plain.quickened()
    context, slot = outfit[:3], Slot(category="shoes")
    assert quick.score([outfit])[0].logit == pytest.approx(plain.score([outfit])[0].logit, abs=1e-4)
    for k in (1, 20):
        found, expected = (one.complements(context, slot, k) for one in (quick, plain))
        assert [each.item_id for each in found] == [each.item_id for each in expected]
    assert quick.explain(outfit).weakest == plain.explain(outfit).weakest
