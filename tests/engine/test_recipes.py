import pytest

from engine.model_names import MODELS
from engine.recipes import RECIPES, recipe


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_a_recipe_under_its_own_name(name) -> None:
    assert RECIPES[name].model.name == name
    assert recipe(name, seed=7).seed == 7


def test_what_is_given_takes_the_place_of_the_recipe_and_nothing_else_changes() -> None:
    given = recipe("mean-pool", seed=0, epochs=3, batch_size=8, learning_rate=0.5)
    assert (given.epochs, given.batch_size, given.learning_rate) == (3, 8, 0.5)
    assert given.objective == RECIPES["mean-pool"].objective
    assert recipe("mean-pool", seed=0) == RECIPES["mean-pool"]
