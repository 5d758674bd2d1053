"""A model that learns no more, with the features that it reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.items import ItemFeatures
from engine.models.model import Model
from engine.preparation import Preparation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrozenModel:
    """What is fitted after training asks this.

    Args:
        model: that judges outfits and embeds targets.
        widths: of the modalities in the content.
        features: of every item that a question may name.
        num_categories: numbers of categories, the unknown included.
    """

    model: Model
    widths: Mapping[str, int]
    features: ItemFeatures
    num_categories: int

    @classmethod
    def of(cls, model: Model, preparation: Preparation, features: ItemFeatures) -> "FrozenModel":
        """A model over items prepared for it."""
        return cls(
            model=model,
            widths=preparation.widths,
            features=features,
            num_categories=len(preparation.categories) + 1,
        )
