"""OutfitTransformer: attention over the items of an outfit.

Source: Sarkar et al. 2022, arXiv 2204.04812: an outfit token for compatibility (section 3.2), a
target token in its place for retrieval (section 3.3), no positional encoding.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems
from engine.models.pair_bias import PairBias
from engine.models.set_encoder import SetEncoder
from engine.models.set_interactions import SetInteractions
from engine.models.zero import zero_last


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """The set encoder.

    Args:
        width: of its tokens.
        layers: at least one.
        heads: of each layer.
        dropout: in every layer.
        anova: whether products of two and of three items are read beside it.
        attention_bias: whether similarity and slots of two items move their attention.
    """

    width: int
    layers: int
    heads: int
    dropout: float
    anova: bool = True
    attention_bias: bool = False


class OutfitTransformer(nn.Module):
    """A set encoder whose first token asks the question.

    Args:
        config: of the encoder.
        widths: of the modalities side by side in an item embedding.
        num_categories: with number 0 for the unknown one.
        num_slots: likewise.
    """

    def __init__(
        self,
        config: EncoderConfig,
        *,
        widths: Sequence[int],
        num_categories: int,
        num_slots: int,
    ) -> None:
        super().__init__()
        dim, width = sum(widths), config.width
        self.read = nn.Linear(dim, width)
        self.category = nn.Embedding(num_categories, width)
        self.slot = nn.Embedding(num_slots, width)
        self.outfit_token = nn.Parameter(torch.randn(width) * 0.1)
        self.target_token = nn.Parameter(torch.randn(width) * 0.1)
        self.encoder = SetEncoder(
            width=width, layers=config.layers, heads=config.heads, dropout=config.dropout
        )
        self.scorer = _head(width, 1)
        self.interactions = (
            SetInteractions(widths=widths, rank=width // 2, num_slots=num_slots)
            if config.anova
            else None
        )
        self.pair_bias = (
            PairBias(num_slots=num_slots, heads=config.heads) if config.attention_bias else None
        )
        self.embedder = _head(width, dim)
        for embedding in (self.category, self.slot):
            nn.init.normal_(embedding.weight, std=0.3)

    def start_at_zero(self) -> None:
        """Let nothing be added until something is learned."""
        zero_last(self.scorer, self.embedder)
        if self.interactions is not None:
            zero_last(self.interactions.readout)

    def logit(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """What the outfit token has become, plus interactions of two and of three items."""
        token = self.outfit_token.expand(items.mask.shape[0], -1)
        asked: Tensor = self.scorer(self._ask(token, items))[:, 0]
        if self.interactions is None:
            return asked
        together: Tensor = self.interactions(items.vectors, items.slot, items.mask)
        return asked + together

    def target(self, context: PlacedItems, wanted: ItemTokens) -> Float[Tensor, "outfits dim"]:
        """What the target token has become."""
        token = self.target_token + self._tokens(wanted)
        shift: Tensor = self.embedder(self._ask(token, context))
        return shift

    def _ask(
        self, token: Float[Tensor, "outfits width"], items: PlacedItems
    ) -> Float[Tensor, "outfits width"]:
        tokens = torch.cat([token[:, None], self._tokens(items)], dim=1)
        here = functional.pad(items.mask, (1, 0), value=True)
        between = self._between(items).masked_fill(~here[:, None, None], -torch.inf)
        asked: Tensor = self.encoder(tokens, between)
        return asked

    def _between(self, items: PlacedItems) -> Float[Tensor, "#outfits #heads #tokens #tokens"]:
        """What one token, the asking one first, is to another: nothing without a pair bias."""
        if self.pair_bias is None:
            return items.vectors.new_zeros(1, 1, 1, 1)
        return functional.pad(self.pair_bias(items), (1, 0, 1, 0))

    def _tokens(self, items: PlacedItems | ItemTokens) -> Float[Tensor, "*places width"]:
        spread = items.vectors * items.vectors.shape[-1] ** 0.5
        tokens: Tensor = self.read(spread) + self.category(items.category) + self.slot(items.slot)
        return tokens


def _head(width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Linear(width, outputs)
    )
