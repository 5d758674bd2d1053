"""An ensemble: several models as one, which agree on how an item is prepared."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.items import ItemFeatures, ItemTokens
from engine.models.model import Model, OutfitLogits
from graph.outfits import OutfitBatch


class Ensemble(Model):
    """Means of logits and of similarities, exactly, behind one index.

    An item embedding holds those of all members side by side, each divided by the root of their
    number, and so does a target: their inner product is the mean of the members' similarities,
    and a target has unit length because every member's has.

    Args:
        members: at least one; an item's content is the same for all of them.
        dims: numbers in an item embedding of each.
    """

    def __init__(self, members: Sequence[Model], dims: Sequence[int]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self._members = tuple(members)
        self.dims = list(dims)
        self.share = len(members) ** -0.5

    def encode(self, items: ItemFeatures) -> ItemTokens:
        """Embed items, whatever outfit they are in."""
        vectors = [member.encode(items).vectors for member in self._members]
        return ItemTokens(
            category=items.category,
            slot=items.slot,
            vectors=torch.cat(vectors, -1) * self.share,
            log_price=items.log_price,
        )

    def judge(self, tokens: ItemTokens, batch: OutfitBatch) -> OutfitLogits:
        """The mean logits of the members."""
        judged = [
            member.judge(part, batch)
            for member, part in zip(self._members, self._parts(tokens), strict=True)
        ]
        return OutfitLogits(
            compatibility=torch.stack([logits.compatibility for logits in judged]).mean(0),
            choice=torch.stack([logits.choice for logits in judged]).mean(0),
        )

    def embed_target(
        self, tokens: ItemTokens, batch: OutfitBatch, wanted: ItemTokens
    ) -> Float[Tensor, "outfits dim"]:
        """The members' targets side by side, of unit length together."""
        targets = [
            member.embed_target(part, batch, wish)
            for member, part, wish in zip(
                self._members, self._parts(tokens), self._parts(wanted), strict=True
            )
        ]
        joined: Tensor = torch.cat(targets, dim=-1) * self.share
        return joined

    def _parts(self, tokens: ItemTokens) -> list[ItemTokens]:
        """The tokens as each member made them."""
        return [
            replace(tokens, vectors=part / self.share)
            for part in tokens.vectors.split(self.dims, dim=-1)  # type: ignore[no-untyped-call]
        ]
