from dataclasses import replace

import pytest

from engine.model_names import MODELS, RECIPE_NAMES
from engine.models.bare_model import BareModel
from engine.models.build import build_model
from engine.recipes import RECIPES, recipe
from engine.training import prepare


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_a_recipe_under_its_own_name(name) -> None:
    assert RECIPES[name].model.name == name
    assert recipe(name, seed=7).seed == 7


def test_every_name_that_can_be_asked_for_has_a_recipe_that_knows_it() -> None:
    assert set(RECIPES) == set(RECIPE_NAMES)
    assert all(recipe(name, seed=0).recipe == name for name in RECIPE_NAMES)


def test_the_transformer_of_the_paper_stands_alone_and_reads_nothing_but_attention(
    planted,
) -> None:
    trained, _ = prepare(planted, recipe("transformer-paper", seed=0))
    model = build_model(trained.config.model, trained.preparation, trained.counts)
    assert isinstance(model, BareModel)
    assert model.interaction.interactions is None
    assert model.interaction.pair_bias is None
    layers = model.interaction.encoder.layers
    width = layers[0].norm_feed.weight.numel()
    assert (len(layers), layers[0].attention.heads, width) == (6, 16, 128)


def test_the_graph_network_of_the_paper_stands_alone_with_its_ranking_loss(planted) -> None:
    paper = recipe("ngnn-paper", seed=0)
    trained, _ = prepare(planted, paper)
    assert isinstance(trained.model, BareModel)
    assert (paper.objective.compatibility, paper.objective.choice_weight) == ("bpr", 0)
    assert recipe("ngnn", seed=0).model.residual


def test_the_transformer_of_the_paper_learns_compatibility_first_and_coarse_before_fine() -> None:
    objective = recipe("transformer-paper", seed=0).objective
    stages = [objective.stage(done) for done in (0.0, 0.5, 0.9)]
    assert [(stage.target_weight, stage.near) for stage in stages] == [
        (0.0, "slot"),
        (1.0, "slot"),
        (1.0, "category"),
    ]


def test_what_is_given_takes_the_place_of_the_recipe_and_nothing_else_changes() -> None:
    given = recipe("mean-pool", seed=0, epochs=3, batch_size=8, learning_rate=0.5)
    assert (given.epochs, given.batch_size, given.learning_rate) == (3, 8, 0.5)
    assert given.objective == RECIPES["mean-pool"].objective
    assert recipe("mean-pool", seed=0) == replace(RECIPES["mean-pool"], recipe="mean-pool")
