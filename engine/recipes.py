"""How each model is trained unless told otherwise; chosen on validation outfits."""

from dataclasses import replace
from typing import Final

from engine.model_names import ModelName
from engine.models.build import ModelConfig
from engine.objective_config import ObjectiveConfig
from engine.training import TrainingConfig

RECIPES: Final[dict[ModelName, TrainingConfig]] = {
    "transformer": TrainingConfig(epochs=16, model=ModelConfig(name="transformer")),
    "pairwise": TrainingConfig(model=ModelConfig(name="pairwise")),
    # Few weights: every item of the batch is a negative and, so that categories do not drown
    # content, one stand-in in twenty comes from any category.
    "mean-pool": TrainingConfig(
        learning_rate=1e-3,
        model=ModelConfig(name="mean-pool"),
        objective=ObjectiveConfig(same_category=0.95, target_weight=0.4, negatives="in-batch"),
    ),
}


def recipe(
    name: ModelName,
    *,
    seed: int,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
) -> TrainingConfig:
    """The recipe of a model, with what is given in the place of what it says."""
    given = {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate}
    changes = {key: value for key, value in given.items() if value is not None}
    return replace(RECIPES[name], seed=seed, **changes)  # type: ignore[arg-type]
