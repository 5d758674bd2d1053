"""Relevance: the similarity of an item to a target, on one scale for every query.

The relevance of an item is the probability that it is the item worn, when it stands beside one
other drawn at random from the items of the wanted category (of the coarse slot, or of the whole
catalogue, where that is all that is wanted). Half means: no more fitting than chance.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from data.errors import BundleError
from data.slots import SLOTS
from engine.items import ItemTokens

FILE = "relevance.safetensors"
KIND_WIDTH = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RelevanceMap:
    """sigmoid(slope * similarity + offset) for each query; slopes are positive.

    Within a query relevance therefore orders items as similarity does.
    """

    slope: Float[Tensor, " queries"]
    offset: Float[Tensor, " queries"]

    def logit(self, similarities: Float[Tensor, "queries items"]) -> Float[Tensor, "queries items"]:
        """Log-odds of relevance."""
        return self.slope[:, None] * similarities + self.offset[:, None]

    def relevance(
        self, similarities: Float[Tensor, "queries items"]
    ) -> Float[Tensor, "queries items"]:
        """Relevance of items to each query, from 0 to 1."""
        return torch.sigmoid(self.logit(similarities))


class RelevanceAdapter(nn.Module):
    """A small network on the query gives the slope and the offset of its map.

    The query is the unit target, the wanted category and slot, and whether there are words. The
    last layer starts at zero, so that an untrained adapter is one map for all queries.

    Args:
        dim: of targets.
        num_categories: numbers of categories, the unknown included.
        num_slots: likewise of slots.
        width: of the hidden layer.

    Source:
        "Relevance Filtering for Embedding-based Retrieval" (arXiv 2408.04887), the linear form of
        its Cosine Adapter.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, *, dim: int, num_categories: int, num_slots: int, width: int = 32) -> None:
        super().__init__()
        self.category = nn.Embedding(num_categories, KIND_WIDTH)
        self.slot = nn.Embedding(num_slots, KIND_WIDTH)
        self.hidden = nn.Linear(dim + 2 * KIND_WIDTH + 1, width)
        self.last = nn.Linear(width, 2)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)
        self.register_buffer("scale", torch.tensor(1.0))
        self.register_buffer("shift", torch.tensor(0.0))

    def forward(self, targets: Float[Tensor, "queries dim"], wanted: ItemTokens) -> RelevanceMap:
        """The map of each query.

        Args:
            targets: unit vectors.
            wanted: one a query, as `Model.embed_target` takes them.
        """
        words = (wanted.vectors != 0).any(1, keepdim=True).to(targets.dtype)
        kind = [self.category(wanted.category), self.slot(wanted.slot)]
        hidden = functional.gelu(self.hidden(torch.cat([targets, *kind, words], dim=1)))
        slope, offset = self.last(hidden).unbind(1)
        return RelevanceMap(
            slope=self.scale * functional.softplus(slope), offset=self.scale * offset + self.shift
        )

    def start_from(self, *, slope: float, offset: float) -> None:
        """Begin with one map for all queries; the slope is positive."""
        with torch.no_grad():
            inverse = slope + torch.log(-torch.expm1(torch.tensor(-slope)))
            self.last.bias.copy_(torch.tensor([float(inverse), offset]))

    def rescale(self, *, scale: float, shift: float) -> None:
        """Stretch the log-odds of every map; the scale is positive."""
        self.scale.mul_(scale)
        self.shift.mul_(scale).add_(shift)

    def write(self, folder: Path) -> None:
        """Write into the folder of a bundle."""
        save_file({name: each.cpu() for name, each in self.state_dict().items()}, folder / FILE)

    @classmethod
    def read(cls, folder: Path, *, dim: int, num_categories: int) -> "RelevanceAdapter":
        """Read what `write` wrote.

        Args:
            folder: of a bundle.
            dim: of its targets.
            num_categories: as of the adapter.

        Raises:
            BundleError: the adapter is of other sizes.
        """
        weights = load_file(folder / FILE)
        width, inputs = weights["hidden.weight"].shape
        expected = {"dim": dim, "categories": num_categories, "slots": len(SLOTS) + 1}
        sizes = [inputs - 2 * KIND_WIDTH - 1, len(weights["category.weight"])]
        got = dict(zip(expected, [*sizes, len(weights["slot.weight"])], strict=True))
        if got != expected:
            raise BundleError(f"{folder / FILE}: expected {expected}, got {got}")
        adapter = cls(dim=dim, num_categories=num_categories, num_slots=len(SLOTS) + 1, width=width)
        adapter.load_state_dict(weights)
        return adapter.eval()
