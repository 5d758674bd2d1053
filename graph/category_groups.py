"""Which parameters a category has: its own, or those of its coarse slot where it is rare."""

from jaxtyping import Int
from torch import Tensor, nn


class CategoryGroups(nn.Module):
    """A parameter group a slot, then one for every category that is frequent enough.

    Args:
        outfits: training outfits that hold an item of each category, 0 of the unknown one.
        min_count: outfits that a category must be in to have parameters of its own.
        num_slots: with number 0 for the unknown one.

    Attributes:
        own: the group of each category, -1 where it shares its slot's.
    """

    own: Int[Tensor, " categories"]

    def __init__(
        self, outfits: Int[Tensor, " categories"], *, min_count: int, num_slots: int
    ) -> None:
        super().__init__()
        frequent = outfits >= max(min_count, 1)
        self.num_slots = num_slots
        self.num_groups = num_slots + int(frequent.sum())
        self.register_buffer("own", (frequent.cumsum(0) - 1 + num_slots).where(frequent, -1))

    def forward(
        self, category: Int[Tensor, " items"], slot: Int[Tensor, " items"]
    ) -> Int[Tensor, " items"]:
        """The group of each item."""
        own = self.own[category]
        return own.where(own >= 0, slot)
