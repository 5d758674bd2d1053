"""The Fashion Graph: which categories are worn with which, and how strongly.

Source: "Dressing as a Whole", Cui et al. 2019, arXiv 1902.08009: one node a category, the edge from
i to j weighs count(i, j) / frequency(i). There the weights are counted and not used; here they are.
"""

from typing import Literal, TypeAlias

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from graph.outfits import OutfitGraph

EdgeWeights: TypeAlias = Literal["uniform", "co-occurrence"]


class FashionGraph(nn.Module):
    """Gives the edges of outfits the weights of the edges between their categories.

    Args:
        weights: from the sender's category to the receiver's; number 0 is the unknown category.
    """

    weights: Float[Tensor, "categories categories"]

    def __init__(self, weights: Float[Tensor, "categories categories"]) -> None:
        super().__init__()
        self.register_buffer("weights", weights)

    @classmethod
    def of(
        cls,
        pairs: Int[Tensor, "categories categories"],
        outfits: Int[Tensor, " categories"],
        edge_weights: EdgeWeights,
    ) -> "FashionGraph":
        """The graph of what training outfits hold.

        Args:
            pairs: of items of one outfit, by their categories; symmetric, nothing at number 0.
            outfits: that hold an item of each category.
            edge_weights: `uniform` joins every two categories alike.
        """
        if edge_weights == "uniform":
            return cls(torch.ones(pairs.shape))
        return cls(co_occurrence_weights(pairs, outfits))

    def forward(
        self, category: Int[Tensor, " nodes"], graph: OutfitGraph
    ) -> Float[Tensor, " edges"]:
        """The weight of each edge as a share of what its receiver is sent.

        A receiver that was never worn with any of its senders is sent nothing.
        """
        sender, receiver = graph.edges
        weight = self.weights[category[sender], category[receiver]]
        total = weight.new_zeros(category.shape[0]).scatter_add(0, receiver, weight)
        return weight / total[receiver].where(total[receiver] > 0, 1)


def co_occurrence_weights(
    pairs: Int[Tensor, "categories categories"], outfits: Int[Tensor, " categories"]
) -> Float[Tensor, "categories categories"]:
    """count(i, j) / frequency(i), zero where i never occurs.

    The unknown category sends what the average one does, and hears all senders alike.
    """
    weights = pairs / outfits.clamp(min=1)[:, None]
    weights[0] = pairs.sum(0) / outfits.sum().clamp(min=1)
    weights[:, 0] = 1
    return weights
