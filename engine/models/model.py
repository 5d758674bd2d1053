"""What training, evaluation, bundles and the recommender ask of a model."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from engine.items import ItemFeatures, ItemTokens
from graph.outfits import OutfitBatch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutfitLogits:
    """What a model thinks of outfits.

    Args:
        compatibility: of each outfit; comparable between any two.
        choice: comparable between outfits that differ in one item, the candidate for a blank.
    """

    compatibility: Float[Tensor, " outfits"]
    choice: Float[Tensor, " outfits"]


class Model(nn.Module, ABC):
    """Scores outfits and embeds the item that a context wants."""

    @abstractmethod
    def encode(self, items: ItemFeatures) -> ItemTokens:
        """Embed items, whatever outfit they are in."""

    @abstractmethod
    def judge(self, tokens: ItemTokens, batch: OutfitBatch) -> OutfitLogits:
        """Logits of each outfit, without regard to the order of its items."""

    def regularisation(self, tokens: ItemTokens, batch: OutfitBatch) -> Float[Tensor, " outfits"]:
        """Added to the training loss of each outfit; nothing unless a model says otherwise."""
        return tokens.vectors.new_zeros(len(batch))

    @abstractmethod
    def embed_target(
        self, tokens: ItemTokens, batch: OutfitBatch, wanted: ItemTokens
    ) -> Float[Tensor, "outfits dim"]:
        """Unit vector of the item that each context wants; its nearest items are the answers.

        Args:
            tokens: the items that `batch` points into.
            batch: the contexts.
            wanted: one a context: category and slot of what is wanted, and the embedding of its
                description, zero where there is none.
        """
