"""The names of the models and of the recipes that train them, free of torch."""

from typing import Final, Literal, TypeAlias, get_args

ModelName: TypeAlias = Literal["transformer", "pairwise", "mean-pool", "ngnn", "csa"]
RecipeName: TypeAlias = Literal[ModelName, "transformer-paper", "ngnn-paper"]
MODELS: Final[tuple[ModelName, ...]] = get_args(ModelName)
RECIPE_NAMES: Final[tuple[RecipeName, ...]] = get_args(RecipeName)
