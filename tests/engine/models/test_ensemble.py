import copy

import pytest
import torch

from data.dataset import Dataset
from engine.models.build import build_model
from engine.models.ensemble import Ensemble
from engine.models.model import Model
from engine.training import Trained, prepare
from graph.outfits import pad_outfits
from tests.engine.planted import shaken, tiny_config

OUTFITS = [[3, 33, 63], [4, 40], [5, 50, 70, 10]]


@pytest.fixture(scope="module")
def trained(planted: Dataset) -> Trained:
    return prepare(planted, tiny_config("mean-pool"))[0]


@pytest.fixture(scope="module")
def members(trained: Trained) -> list[Model]:
    configs = [tiny_config(name).model for name in ("mean-pool", "pairwise", "transformer")]
    return [
        shaken(build_model(config, trained.preparation, trained.counts), seed=seed).eval()
        for seed, config in enumerate(configs)
    ]


@pytest.fixture(scope="module")
def ensemble(trained: Trained, members: list[Model]) -> Ensemble:
    return Ensemble(copy.deepcopy(members), [trained.preparation.dim] * len(members)).eval()


@torch.no_grad()
def test_logits_are_the_means_of_the_members(trained, members, ensemble) -> None:
    batch = pad_outfits(OUTFITS)
    judged = [member.judge(member.encode(trained.features), batch) for member in members]
    together = ensemble.judge(ensemble.encode(trained.features), batch)
    for part in ("compatibility", "choice"):
        mean = torch.stack([getattr(logits, part) for logits in judged]).mean(0)
        torch.testing.assert_close(getattr(together, part), mean, atol=1e-4, rtol=1e-5)


@torch.no_grad()
def test_similarity_is_the_mean_of_the_members_and_targets_have_unit_length(
    trained, members, ensemble
) -> None:
    batch, wanted = pad_outfits(OUTFITS), torch.tensor([7, 8, 9])

    def similarity(model: Model) -> torch.Tensor:
        tokens = model.encode(trained.features)
        target = model.embed_target(tokens, batch, tokens.take(wanted))
        torch.testing.assert_close(target.norm(dim=-1), torch.ones(3))
        return target @ tokens.vectors.T

    mean = torch.stack([similarity(member) for member in members]).mean(0)
    torch.testing.assert_close(similarity(ensemble), mean, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_every_member_has_its_say(trained, members, ensemble) -> None:
    batch = pad_outfits(OUTFITS)
    before = ensemble.judge(ensemble.encode(trained.features), batch).compatibility
    for at in range(len(members)):
        changed = copy.deepcopy(members)
        shaken(changed[at], seed=9)
        other = Ensemble(changed, ensemble.dims).eval()
        after = other.judge(other.encode(trained.features), batch).compatibility
        assert not torch.allclose(before, after, atol=1e-3)
