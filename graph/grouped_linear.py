"""A linear map a group of rows, all groups in one product.

Rows are laid out in tiles of one group each, so that neither time nor memory grows with the number
of groups times the number of rows, and no group is looped over.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

TILE = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupedRows:
    """Where each row stands among tiles of one group each; a tile's free places are zero.

    Args:
        place: of each row.
        tile_group: the group of each tile.
    """

    place: Int[Tensor, " rows"]
    tile_group: Int[Tensor, " tiles"]

    @classmethod
    def of(cls, group: Int[Tensor, " rows"], num_groups: int) -> "GroupedRows":
        """Lay out rows by their group."""
        number = torch.arange(group.shape[0], device=group.device)
        order = (group * group.shape[0] + number).argsort()  # without ties every sort agrees
        ordered = group[order]
        sizes = group.new_zeros(num_groups).scatter_add(0, group, torch.ones_like(group))
        rank = number - (sizes.cumsum(0) - sizes)[ordered]
        first = rank % TILE == 0
        place = (first.long().cumsum(0) - 1) * TILE + rank % TILE
        placed = torch.empty_like(group).scatter(0, order, place)
        return cls(place=placed, tile_group=ordered[first])


class GroupedLinear(nn.Module):
    """The linear map of each row's group.

    Args:
        inputs: numbers in a row.
        outputs: numbers in its image.
        num_groups: each with a map of its own.
        bias: whether each group adds a vector of its own.
    """

    def __init__(self, inputs: int, outputs: int, num_groups: int, *, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(num_groups, inputs, outputs) * inputs**-0.5)
        self.bias = nn.Parameter(torch.randn(num_groups, outputs)) if bias else None

    def forward(
        self, x: Float[Tensor, "rows inputs"], rows: GroupedRows
    ) -> Float[Tensor, "rows outputs"]:
        """Map every row."""
        free = x.new_zeros(rows.tile_group.shape[0] * TILE, x.shape[1])
        tiled = free.index_copy(0, rows.place, x)
        mapped = tiled.view(-1, TILE, x.shape[1]) @ self.weight.index_select(0, rows.tile_group)
        if self.bias is not None:
            mapped = mapped + self.bias.index_select(0, rows.tile_group)[:, None]
        return mapped.flatten(0, 1).index_select(0, rows.place)
