"""The model of our own recipes: item tower, category prior, similarity, and an interaction."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional

from engine.items import ItemFeatures, ItemTokens
from engine.models.category_prior import CategoryPrior
from engine.models.chance import Chance
from engine.models.model import Model, OutfitLogits
from engine.models.pooling import masked_mean, pair_mean, unit
from engine.models.price_level import PriceLevel
from engine.models.tower import ItemTower
from graph.outfits import OutfitBatch

PRICE_SCALE = 0.6
"""Of what prices tell, before training: names of brands tell a part of it already."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedItems:
    """Items in their places in outfits, gathered from tokens."""

    category: Int[Tensor, "outfits items"]
    slot: Int[Tensor, "outfits items"]
    vectors: Float[Tensor, "outfits items dim"]
    mask: Bool[Tensor, "outfits items"]

    @classmethod
    def gather(cls, tokens: ItemTokens, batch: OutfitBatch) -> "PlacedItems":
        """Look the rows of a batch up in tokens."""
        return cls(
            category=tokens.category[batch.rows].where(batch.mask, 0),
            slot=tokens.slot[batch.rows].where(batch.mask, 0),
            vectors=tokens.vectors[batch.rows] * batch.mask[..., None],
            mask=batch.mask,
        )

    def to(self, device: torch.device) -> "PlacedItems":
        """The same items on another device."""
        return PlacedItems(
            category=self.category.to(device),
            slot=self.slot.to(device),
            vectors=self.vectors.to(device),
            mask=self.mask.to(device),
        )

    @property
    def known(self) -> Bool[Tensor, "outfits items"]:
        """Which places hold an item with content."""
        return self.mask & (self.vectors != 0).any(-1)


class Interaction(Protocol):
    """What gives a model its name; an `OutfitModel` starts it at zero."""

    def start_at_zero(self) -> None:
        """Set the last layers to zero, so that nothing is added until something is learned."""
        ...

    def logit(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """Added to the compatibility logit of each outfit."""
        ...

    def target(self, context: PlacedItems, wanted: ItemTokens) -> Float[Tensor, "outfits dim"]:
        """Added to the target embedding of each context."""
        ...


@runtime_checkable
class Regularised(Protocol):
    """An interaction that asks something of itself in training, such as two views that agree."""

    def regularisation(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """Added to the training loss of each outfit, weighted as the interaction wants it."""
        ...


def regularisation_of(interaction: nn.Module, items: PlacedItems) -> Float[Tensor, " outfits"]:
    """What the interaction asks of itself, nothing where it asks nothing."""
    if isinstance(interaction, Regularised):
        return interaction.regularisation(items)
    return items.vectors.new_zeros(len(items.mask))


class OutfitModel(Model):
    """Scores outfits and embeds the item that a context wants.

    One logit judges the items; what the categories say is added in two ways. Candidates for one
    blank differ in category, and the two pieces of evidence add up. Whole outfits are compared
    with negatives of random and of the same categories, r and s of each: the log-odds of the
    truth are then -log(r e^-(a+b) + s e^-b) = b + log sigmoid(a + log s/r) + constant, with a for
    the categories and b for the items. Implausible categories count against an outfit in full,
    but more than plausible ones cannot make up for items that clash. What the prices tell given the
    categories is a log-likelihood ratio, and adds to the items.

    Args:
        tower: embeds items.
        prior: judges the categories; fitted before and held fixed, but for a scale and an offset.
        price_level: judges the prices; fitted before and held fixed, but for a scale.
        chance: takes out of whole outfits' logits what is by chance; fitted after the rest.
        interaction: the part that gives the model its name.
    """

    def __init__(
        self,
        *,
        tower: ItemTower,
        prior: CategoryPrior,
        price_level: PriceLevel,
        chance: Chance,
        interaction: nn.Module,
    ) -> None:
        super().__init__()
        self.tower = tower
        self.prior = prior.requires_grad_(False)  # noqa: FBT003 - torch's own signature
        self.chance = chance.requires_grad_(False)  # noqa: FBT003 - torch's own signature
        self.price_level = price_level
        self.price_scale = nn.Parameter(torch.tensor(PRICE_SCALE))
        self.outfit_scale = nn.Parameter(torch.tensor(1.0))
        self.outfit_offset = nn.Parameter(torch.tensor(0.0))
        self.choice_scale = nn.Parameter(torch.tensor(1.0))
        self.interaction = interaction
        interaction.start_at_zero()  # type: ignore[operator]
        self.log_temperature = nn.Parameter(torch.tensor(2.0))
        self.offset = nn.Parameter(torch.tensor(-1.0))
        self.text_weight = nn.Parameter(torch.tensor(1.0))

    def train(self, mode: bool = True) -> "OutfitModel":  # noqa: FBT001, FBT002 - torch's own
        """Train all but prior and chance, which are fitted by themselves."""
        super().train(mode)
        self.prior.eval()
        self.chance.eval()
        return self

    def encode(self, items: ItemFeatures) -> ItemTokens:
        """Embed items, whatever outfit they are in."""
        tokens: ItemTokens = self.tower(items)
        return tokens

    def judge(self, tokens: ItemTokens, batch: OutfitBatch) -> OutfitLogits:
        """Logits of each outfit, without regard to the order of its items."""
        items = PlacedItems.gather(tokens, batch)
        content = self.content_logit(items)
        beyond = self.chance.beyond(content, items.category, items.slot, items.known)
        prior = self.prior(items.category, items.slot, items.mask)
        plausible = functional.logsigmoid(self.outfit_offset + self.outfit_scale * prior)
        log_price = tokens.log_prices[batch.rows].where(batch.mask, torch.nan)
        priced = self.price_scale * self.price_level(items.category, log_price)
        return OutfitLogits(
            compatibility=beyond + priced + plausible,
            choice=content + priced + self.choice_scale * prior,
        )

    def regularisation(self, tokens: ItemTokens, batch: OutfitBatch) -> Float[Tensor, " outfits"]:
        """What the interaction asks of itself in training."""
        return regularisation_of(self.interaction, PlacedItems.gather(tokens, batch))

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
        context = PlacedItems.gather(tokens, batch)
        start = masked_mean(context.vectors, context.mask) + self.text_weight * wanted.vectors
        return unit(start + self.interaction.target(context, wanted))  # type: ignore[operator]

    def content_logit(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """What the items say, whatever their categories."""
        similarity = items.vectors @ items.vectors.transpose(1, 2)
        known = items.known
        mean = pair_mean(similarity, known[:, :, None] & known[:, None, :])
        added: Tensor = self.interaction.logit(items)  # type: ignore[operator]
        return self.offset + self.log_temperature.exp() * mean + added
