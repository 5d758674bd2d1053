"""How each model is trained unless told otherwise; chosen on validation outfits."""

from dataclasses import replace
from typing import Final

from engine.model_names import RecipeName
from engine.models.build import ModelConfig
from engine.objective_config import ObjectiveConfig
from engine.training import TrainingConfig

PAPER_TRANSFORMER: Final = TrainingConfig(
    epochs=30,
    batch_size=50,
    learning_rate=5e-4,
    halve_every=10,
    weight_decay=0.0,
    model=ModelConfig(
        name="transformer",
        residual=False,
        anova=False,
        attributes=False,
        width=128,
        layers=6,
        heads=16,
    ),
    objective=ObjectiveConfig(
        num_negatives=10,
        same_category=0.9,
        compatibility="focal",
        choice_weight=0.0,
        retrieval="ranking",
        pretrain=0.4,
        curriculum=0.7,
    ),
)
"""The OutfitTransformer as its paper has it: Sarkar et al. 2022, arXiv 2204.04812.

An outfit token and a network on it for compatibility, with the focal loss; a target token in its
place for retrieval, with the set-wise ranking loss; 6 layers of 16 heads, 128 wide; 10 negatives;
compatibility alone first; negatives of the same slot first, of the same category later; Adam, its
rate halved every 10 epochs; batches of 50. It leans on no category prior and no similarity, and
reads no products of items.

What differs, and why:

- Items are frozen features through a linear map a modality, not a ResNet trained end to end.
- The rate is 5e-4, not 1e-5, for runs of minutes; neither was tuned here.
- Compatibility goes on being trained when retrieval joins, for one bundle answers both questions,
  and candidates for a blank are ranked by compatibility, not by the target.
- Distances are of unit vectors, as the index ranks, so that the margin is 0.3, not 2.
- A tenth of the negatives is of any category: compatibility files hold such outfits too.
"""

TOWER_OBJECTIVE: Final = ObjectiveConfig(
    same_category=0.95, target_weight=0.4, negatives="in-batch"
)
"""Every item of the batch is a negative and, so that categories do not drown content, one stand-in
in twenty comes from any category."""

RECIPES: Final[dict[RecipeName, TrainingConfig]] = {
    # So many weights that they remember outfits before the item tower has learned anything:
    # similarity comes first, against the objective of mean-pool.
    "transformer": TrainingConfig(
        epochs=16,
        learning_rate=1e-3,
        similarity_first=0.5,
        model=ModelConfig(name="transformer"),
        objective=TOWER_OBJECTIVE,
    ),
    "transformer-paper": PAPER_TRANSFORMER,
    "pairwise": TrainingConfig(model=ModelConfig(name="pairwise")),
    "mean-pool": TrainingConfig(
        learning_rate=1e-3,
        model=ModelConfig(name="mean-pool"),
        objective=TOWER_OBJECTIVE,
    ),
    "ngnn": TrainingConfig(model=ModelConfig(name="ngnn", width=32)),
    # The graph network of its paper: alone, with the pairwise ranking loss. What it knows of
    # categories it has to learn, so half of the stand-ins are of any category.
    "ngnn-paper": TrainingConfig(
        learning_rate=5e-3,
        model=ModelConfig(name="ngnn", residual=False, attributes=False, width=32),
        objective=ObjectiveConfig(same_category=0.5, compatibility="bpr", choice_weight=0.0),
    ),
    "csa": TrainingConfig(model=ModelConfig(name="csa")),
}


def recipe(
    name: RecipeName,
    *,
    seed: int,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
) -> TrainingConfig:
    """The recipe of a name, with what is given in the place of what it says."""
    given = {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate}
    changes = {key: value for key, value in given.items() if value is not None}
    return replace(RECIPES[name], recipe=name, seed=seed, **changes)  # type: ignore[arg-type]
