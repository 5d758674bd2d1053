"""How a model is trained: the whole of it, as run folders and bundles record it."""

from dataclasses import dataclass, field

from engine.model_names import RecipeName
from engine.models.build import ModelConfig
from engine.objective_config import ObjectiveConfig
from engine.precision_names import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """How a model is trained.

    Args:
        recipe: under which the model is reported.
        seed: of weights, order, negatives and dropout.
        epochs: at most.
        patience: epochs without a better validation figure before training stops.
        batch_size: outfits that are judged at once, by all processes together.
        accumulate: batches a step; as many times more outfits, in the memory of one batch.
        precision: of the matrix products of training; figures are measured in float32.
        learning_rate: highest, reached after a tenth of the steps, then annealed by a cosine.
        halve_every: epochs after which it is halved, again and again, in the place of all that.
        weight_decay: of AdamW.
        teacher: id of the bundle whose answers are learned beside the truth.
        similarity_first: share of the epochs, the first, in which the named interaction stays at
            zero and learns nothing, so that the item tower is learned without it.
        feature_width: numbers kept of each modality, at most; of attributes twice as many.
    """

    recipe: RecipeName = "transformer"
    seed: int = 0
    epochs: int = 12
    patience: int = 8
    batch_size: int = 64
    accumulate: int = 1
    precision: Precision = "float32"
    learning_rate: float = 2e-3
    halve_every: int | None = None
    weight_decay: float = 1e-2
    teacher: str | None = None
    similarity_first: float = 0.0
    feature_width: int = 128
    model: ModelConfig = field(default_factory=ModelConfig)
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)

    def __post_init__(self) -> None:
        """Refuse what would have nothing to learn."""
        if self.similarity_first > 0 and not self.model.residual:
            raise ValueError("expected a residual model for similarity_first, got one without")

    def interaction_learns(self, epoch: int) -> bool:
        """Whether the interaction is trained in an epoch; the first is number 1."""
        return (epoch - 1) / self.epochs >= self.similarity_first

    def stage(self, epoch: int) -> ObjectiveConfig:
        """What an epoch is trained against; the first is number 1, none is trained before it."""
        return self.objective.stage(max(epoch - 1, 0) / self.epochs)

    def may_be_kept(self, epoch: int) -> bool:
        """Whether an epoch is trained against all that the last one is: no earlier one is kept.

        Number 0 is the untrained model, kept only where there are no stages.
        """
        return self.stage(epoch) == self.stage(self.epochs)
