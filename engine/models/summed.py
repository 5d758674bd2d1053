"""Several interactions as one."""

from collections.abc import Sequence
from functools import reduce

import torch
from jaxtyping import Float
from torch import Tensor, nn

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems, regularisation_of


class SummedInteractions(nn.Module):
    """Adds up what each part says of an outfit, of a target, and of itself.

    Args:
        parts: interactions; the first gives the model its name.
    """

    def __init__(self, parts: Sequence[nn.Module]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def start_at_zero(self) -> None:
        """Let nothing be added until something is learned."""
        for part in self.parts:
            part.start_at_zero()  # type: ignore[operator]

    def logit(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """The sum of the logits."""
        added: Tensor = reduce(torch.add, (part.logit(items) for part in self.parts))  # type: ignore[operator]
        return added

    def target(self, context: PlacedItems, wanted: ItemTokens) -> Float[Tensor, "outfits dim"]:
        """The sum of the shifts."""
        added: Tensor = reduce(torch.add, (part.target(context, wanted) for part in self.parts))  # type: ignore[operator]
        return added

    def regularisation(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """The sum of what the parts ask of themselves."""
        return reduce(torch.add, (regularisation_of(part, items) for part in self.parts))
