"""Category subspaces: two items are compared in a subspace that their categories choose.

Source: CSA-Net, Lin et al. 2020, arXiv 2003.12830: five masks, mixed by an attention over the two
categories; its distances are inner products here, the metric of the index.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems
from engine.models.pooling import masked_mean, pair_mean

NUM_MASKS = 5


class CategorySubspaces(nn.Module):
    """The mean over pairs of f_i^{i->j} . f_j^{j->i}, where f_i^{i->j} = x_i * sum_k w_k m_k.

    The target of a context is the mean over its items of x_i * mask(i->t) * mask(t->i), mapped
    back to item embeddings. Its inner product with any item is exactly that item's mean similarity
    to the context in the subspaces of the wanted category: one index serves all categories, where
    the paper has one each. A description adds its own embedding.

    Args:
        dim: of item embeddings.
        width: of the space that the masks cut up.
        num_categories: with number 0 for the unknown one.
        num_slots: likewise.
        dropout: of the numbers in that space.
    """

    def __init__(
        self, *, dim: int, width: int, num_categories: int, num_slots: int, dropout: float
    ) -> None:
        super().__init__()
        self.meet = nn.Linear(dim, width, bias=False)
        nn.init.orthogonal_(self.meet.weight, gain=max(dim / width, 1) ** 0.5)
        self.dropout = nn.Dropout(dropout)
        self.masks = nn.Parameter(1 + 0.3 * torch.randn(NUM_MASKS, width))
        self.source = CategoryAndSlot(num_categories, num_slots, width)
        self.other = CategoryAndSlot(num_categories, num_slots, width)
        self.mix = nn.Linear(width, NUM_MASKS)
        self.scale = nn.Parameter(torch.tensor(5.0))
        self.target_scale = nn.Parameter(torch.tensor(1.0))
        self.text_scale = nn.Parameter(torch.tensor(1.0))

    def start_at_zero(self) -> None:
        """Let nothing be added until something is learned."""
        for scale in (self.scale, self.target_scale, self.text_scale):
            nn.init.zeros_(scale)

    def logit(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """Mean over the pairs of items with content."""
        met = self.dropout(self.meet(items.vectors))
        mask = self._mask(items, items)
        similarity = torch.einsum("oiw,oijw,oijw,ojw->oij", met, mask, mask.transpose(1, 2), met)
        known = items.mask & (items.vectors != 0).any(-1)
        return self.scale * pair_mean(similarity, known[:, :, None] & known[:, None, :])

    def target(self, context: PlacedItems, wanted: ItemTokens) -> Float[Tensor, "outfits dim"]:
        """What the items of the context look for, each in the subspace of its pair."""
        asked = PlacedItems(
            category=wanted.category[:, None],
            slot=wanted.slot[:, None],
            vectors=wanted.vectors[:, None],
            mask=torch.ones_like(context.mask[:, :1]),
        )
        mask = self._mask(context, asked)[:, :, 0] * self._mask(asked, context)[:, 0]
        known = context.mask & (context.vectors != 0).any(-1)
        met = masked_mean(self.dropout(self.meet(context.vectors)) * mask, known)
        return self.target_scale * met @ self.meet.weight + self.text_scale * wanted.vectors

    def _mask(
        self, source: PlacedItems, other: PlacedItems
    ) -> Float[Tensor, "outfits sources others width"]:
        """The subspace in which an item of one kind meets one of another."""
        kinds = self.source(source)[:, :, None] + self.other(other)[:, None]
        mixed: Tensor = self.mix(functional.relu(kinds)).softmax(-1) @ self.masks
        return mixed


class CategoryAndSlot(nn.Module):
    """A learned vector for the kind of an item: one of its category plus one of its slot.

    Args:
        num_categories: with number 0 for the unknown one.
        num_slots: likewise.
        width: of the vectors.
    """

    def __init__(self, num_categories: int, num_slots: int, width: int) -> None:
        super().__init__()
        self.category = nn.Embedding(num_categories, width)
        self.slot = nn.Embedding(num_slots, width)

    def forward(self, items: PlacedItems) -> Float[Tensor, "outfits items width"]:
        """Of each item."""
        kind: Tensor = self.category(items.category) + self.slot(items.slot)
        return kind
