"""What a model is trained against, and how that changes as training goes on."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

CompatibilityLoss: TypeAlias = Literal["bce", "focal", "bpr"]
RetrievalLoss: TypeAlias = Literal["softmax", "ranking", "multi-similarity"]
Negatives: TypeAlias = Literal["stand-ins", "in-batch", "catalogue"]
Near: TypeAlias = Literal["slot", "category", "band"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveConfig:
    """What a model is trained against.

    Args:
        num_negatives: stand-ins for the blank of each outfit.
        same_category: share of stand-ins that are near the item they stand for; the rest are any.
        near: what near means: of the same slot, of the same category, or of the same category and
            neither its like nor its opposite (a similarity between the highest 10 and 40 %).
        curriculum: share of the epochs, the first, in which near means of the same slot alone.
        slot_text: share of targets described by their own content; the rest are asked for by
            category alone, or models copy the description and fail without one.
        coarse: share of targets asked for by their coarse slot alone, never the described ones.
        compatibility: loss of real outfits against changed ones.
        choice_weight: weight of the choice among candidates beside compatibility.
        target_weight: weight of retrieval beside compatibility.
        retrieval: loss of the target embedding.
        negatives: what the target is told from: the stand-ins of its answer, every other item of
            the batch, or those and rows of the whole catalogue.
        pretrain: share of the epochs, the first, without retrieval.
        uniformity: weight of spreading the item embeddings over the sphere.
    """

    num_negatives: int = 4
    same_category: float = 0.85
    near: Near = "category"
    curriculum: float = 0.0
    slot_text: float = 0.2
    coarse: float = 0.3
    compatibility: CompatibilityLoss = "bce"
    choice_weight: float = 1.0
    target_weight: float = 1.0
    retrieval: RetrievalLoss = "softmax"
    negatives: Negatives = "stand-ins"
    pretrain: float = 0.0
    uniformity: float = 0.0

    def stage(self, done: float) -> "ObjectiveConfig":
        """The objective of an epoch before which the share `done` of the epochs has passed."""
        return replace(
            self,
            near="slot" if done < self.curriculum else self.near,
            target_weight=0.0 if done < self.pretrain else self.target_weight,
        )
