"""The bare model: item tower and interaction alone, as the papers have it."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.items import ItemFeatures, ItemTokens
from engine.models.model import Model, OutfitLogits
from engine.models.outfit_model import PlacedItems, regularisation_of
from engine.models.pooling import unit
from engine.models.tower import ItemTower
from graph.outfits import OutfitBatch


class BareModel(Model):
    """Leans on no category prior and no similarity: what it knows, its interaction has learned.

    Args:
        tower: embeds items.
        interaction: the part that gives the model its name; it does not start at zero.
    """

    def __init__(self, *, tower: ItemTower, interaction: nn.Module) -> None:
        super().__init__()
        self.tower = tower
        self.interaction = interaction
        self.offset = nn.Parameter(torch.tensor(0.0))

    def encode(self, items: ItemFeatures) -> ItemTokens:
        """Embed items, whatever outfit they are in."""
        tokens: ItemTokens = self.tower(items)
        return tokens

    def judge(self, tokens: ItemTokens, batch: OutfitBatch) -> OutfitLogits:
        """One logit an outfit, which serves for both questions."""
        items = PlacedItems.gather(tokens, batch)
        logit = self.offset + self.interaction.logit(items)  # type: ignore[operator]
        return OutfitLogits(compatibility=logit, choice=logit)

    def regularisation(self, tokens: ItemTokens, batch: OutfitBatch) -> Float[Tensor, " outfits"]:
        """What the interaction asks of itself in training."""
        return regularisation_of(self.interaction, PlacedItems.gather(tokens, batch))

    def embed_target(
        self, tokens: ItemTokens, batch: OutfitBatch, wanted: ItemTokens
    ) -> Float[Tensor, "outfits dim"]:
        """Unit vector of what the interaction makes of context and wish."""
        context = PlacedItems.gather(tokens, batch)
        return unit(self.interaction.target(context, wanted))  # type: ignore[operator]
