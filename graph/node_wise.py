"""Node-wise graph network: items of an outfit tell each other what they are, category by category.

Source: "Dressing as a Whole", Cui et al. 2019, arXiv 1902.08009. The map along the edge from j to i
is the receiving matrix of i's category times the sending matrix of j's, so that every ordered pair
of categories has its own while parameters grow with the number of categories alone.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing

from graph.gated_cell import GatedCell
from graph.grouped_linear import GroupedLinear, GroupedRows
from graph.outfits import OutfitGraph


class NodeWiseStep(MessagePassing):  # type: ignore[misc]
    """One step: m_i = R^c(i) sum_j A_ij S^c(j) h_j, then h_i' = cell(m_i, h_i).

    Args:
        width: of the states.
        num_groups: of categories, each with a matrix S to send and a matrix R to receive with.
    """

    def __init__(self, *, width: int, num_groups: int) -> None:
        super().__init__(aggr="sum")
        self.send = GroupedLinear(width, width, num_groups, bias=False)
        self.receive = GroupedLinear(width, width, num_groups, bias=False)
        self.cell = GatedCell(width)

    def forward(
        self,
        state: Float[Tensor, "nodes width"],
        rows: GroupedRows,
        graph: OutfitGraph,
        weight: Float[Tensor, " edges"],
    ) -> Float[Tensor, "nodes width"]:
        """The next states."""
        sent = self.send(state, rows)
        heard = self.propagate(graph.edges, sent=sent, weight=weight)
        message = self.receive(heard, rows)
        following: Tensor = self.cell(message, state)
        return following

    def message(self, sent_j: Tensor, weight: Tensor) -> Tensor:
        """What travels along each edge."""
        return sent_j * weight[:, None]


class NodeWiseNetwork(nn.Module):
    """Reads items, lets them speak, and sums up what they have become.

    Args:
        inputs: numbers in an item's features.
        width: of the states.
        num_groups: of categories.
        steps: of propagation, all with the same weights.
        dropout: of first states.
    """

    def __init__(
        self, *, inputs: int, width: int, num_groups: int, steps: int, dropout: float
    ) -> None:
        super().__init__()
        self.steps = steps
        self.read = GroupedLinear(inputs, width, num_groups, bias=True)
        self.dropout = nn.Dropout(dropout)
        self.step = NodeWiseStep(width=width, num_groups=num_groups)
        self.confidence = nn.Linear(width, 1, bias=False)
        self.score = nn.Linear(width, 1, bias=False)

    def forward(
        self,
        first: Float[Tensor, "nodes width"],
        rows: GroupedRows,
        graph: OutfitGraph,
        weight: Float[Tensor, " edges"],
    ) -> Float[Tensor, "nodes width"]:
        """The states after the last step.

        Args:
            first: what `read` made of the items, before its tanh.
            rows: the items by their groups.
            graph: the items as nodes.
            weight: of each edge, as a share of what its receiver is sent.
        """
        state: Tensor = self.dropout(torch.tanh(first))
        for _ in range(self.steps):
            state = self.step(state, rows, graph, weight)
        return state

    def logit(
        self, state: Float[Tensor, "nodes width"], graph: OutfitGraph
    ) -> Float[Tensor, " outfits"]:
        """The sum over an outfit's items of sigma(confidence) * LeakyReLU(score)."""
        said = torch.sigmoid(self.confidence(state)) * nn.functional.leaky_relu(self.score(state))
        return said.new_zeros(graph.mask.shape[0]).scatter_add(0, graph.outfit, said[:, 0])
