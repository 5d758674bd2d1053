"""Second- and third-order interactions of the items of a set, in linear time.

Source: the ANOVA kernel of higher-order factorisation machines (Blondel et al. 2016, arXiv
1607.07195), degrees 2 and 3, by Newton's identities from power sums.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

GATE_SPEED = 10.0
"""How much faster than other weights a gate learns: most slots have to be shut out of a rule."""


def anova(
    x: Float[Tensor, "outfits items dim"], mask: Bool[Tensor, "outfits items"]
) -> Float[Tensor, "outfits 2*dim"]:
    """Sums over pairs and over triples of different items of their elementwise products.

    Each is divided by the number of items, so that large outfits do not drown small ones.
    """
    present = x * mask[..., None]
    first, second, third = (present.pow(power).sum(1) for power in (1, 2, 3))
    pairs = (first**2 - second) / 2
    triples = (first**3 - 3 * first * second + 2 * third) / 6
    size = mask.sum(1, keepdim=True).clamp(min=1)
    return torch.cat([pairs, triples], dim=-1) / size


class SetInteractions(nn.Module):
    """A linear readout of the pairs and triples of items, in a small space a modality.

    Attention alone does not find a rule that only three items together decide: its gradient
    vanishes while no pair tells anything. A product of three does find it.

    Args:
        widths: of the modalities side by side in an item embedding.
        rank: numbers that each modality is projected to.
        num_slots: each slot scales its items' numbers, so that a rule can concern some slots.
    """

    def __init__(self, *, widths: Sequence[int], rank: int, num_slots: int) -> None:
        super().__init__()
        self.widths = list(widths)
        self.factors = nn.ModuleList(nn.Linear(width, rank) for width in self.widths)
        self.opening = nn.Embedding(num_slots, rank * len(self.widths))
        nn.init.zeros_(self.opening.weight)
        self.readout = nn.Linear(2 * rank * len(self.widths), 1, bias=False)

    def forward(
        self,
        vectors: Float[Tensor, "outfits items dim"],
        slot: Int[Tensor, "outfits items"],
        mask: Bool[Tensor, "outfits items"],
    ) -> Float[Tensor, " outfits"]:
        """One number an outfit."""
        blocks = torch.split(vectors, self.widths, dim=-1)
        factors = [
            linear(block * width**0.5)
            for linear, block, width in zip(self.factors, blocks, self.widths, strict=True)
        ]
        gated = torch.cat(factors, dim=-1) * (1 + GATE_SPEED * self.opening(slot))
        # power sums of wide gates cancel, and in float32 their order would show
        products = anova(gated.double(), mask).to(gated.dtype)
        read: Tensor = self.readout(products)[:, 0]
        return read
