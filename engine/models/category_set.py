"""What the categories of an outfit say together: a network over sums, pairs, slots and size."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from data.slots import SLOTS
from engine.models.set_interactions import anova
from engine.models.zero import zero_last

WIDTH = 64
HIDDEN = 128
DROPOUT = 0.3
LARGEST = 8.0
"""A usual size of a large outfit, so that sizes are numbers about one."""


class CategorySet(nn.Module):
    """Reads categories and slots alone, and starts at zero.

    Args:
        num_categories: with number 0 for the unknown one, of which it knows the slot alone.
        outputs: numbers an outfit.
    """

    def __init__(self, num_categories: int, outputs: int) -> None:
        super().__init__()
        self.category = nn.Embedding(num_categories, WIDTH, padding_idx=0)
        self.slot = nn.Embedding(len(SLOTS) + 1, WIDTH)
        for embedding in (self.category, self.slot):
            nn.init.normal_(embedding.weight, std=0.2)
        nn.init.zeros_(self.category.weight[0])
        self.head = nn.Sequential(
            nn.Dropout(DROPOUT),
            nn.Linear(3 * WIDTH + len(SLOTS) + 2, HIDDEN),
            nn.GELU(),
            nn.Dropout(DROPOUT),
            nn.Linear(HIDDEN, outputs),
        )
        zero_last(self.head)

    def forward(
        self,
        category: Int[Tensor, "outfits items"],
        slot: Int[Tensor, "outfits items"],
        mask: Bool[Tensor, "outfits items"],
    ) -> Float[Tensor, "outfits outputs"]:
        """What the sums over items, pairs and triples, the items a slot and the size tell."""
        items = self.category(category) + self.slot(slot)
        size = mask.sum(1, keepdim=True).to(items.dtype)
        total = (items * mask[..., None]).sum(1) / size.clamp(min=1).sqrt()
        slots = nn.functional.one_hot(slot, len(SLOTS) + 1).to(items.dtype) * mask[..., None]
        told = torch.cat([total, anova(items, mask), slots.sum(1), size / LARGEST], dim=-1)
        read: Tensor = self.head(told)
        return read
