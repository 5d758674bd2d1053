from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from data.dataset import Dataset
from engine.models.bare_model import BareModel
from engine.models.build import build_model
from engine.models.outfit_model import PlacedItems
from engine.training import Trained, fit, prepare
from graph.outfits import pad_outfits
from tests.engine.planted import shaken, tiny_config


@pytest.fixture(scope="module")
def trained(planted: Dataset) -> Trained:
    config = tiny_config("transformer")
    return prepare(planted, replace(config, model=replace(config.model, residual=False)))[0]


@torch.no_grad()
def test_logits_and_target_are_those_of_the_interaction(trained) -> None:
    model = shaken(build_model(trained.config.model, trained.preparation, trained.counts)).eval()
    assert isinstance(model, BareModel)
    tokens = model.encode(trained.features)
    batch = pad_outfits([[3, 33, 63], [4, 40]])
    items, wanted = PlacedItems.gather(tokens, batch), tokens.take(torch.tensor([7, 8]))
    logits = model.judge(tokens, batch)
    torch.testing.assert_close(logits.compatibility, model.offset + model.interaction.logit(items))
    assert logits.choice.equal(logits.compatibility)
    target = functional.normalize(model.interaction.target(items, wanted), dim=-1)
    torch.testing.assert_close(model.embed_target(tokens, batch, wanted), target)


def test_it_learns_without_prior_and_similarity(planted, trained) -> None:
    figures = [epoch.validation["mean"] for epoch in fit(trained, planted)]
    assert max(figures) > figures[0] + 0.05
