"""The names of the models, free of torch."""

from typing import Final, Literal, TypeAlias, get_args

ModelName: TypeAlias = Literal["transformer", "pairwise", "mean-pool"]
MODELS: Final[tuple[ModelName, ...]] = get_args(ModelName)
