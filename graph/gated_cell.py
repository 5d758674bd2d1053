"""The gated cell of node-wise graph networks.

It is the cell of the paper: the reset gate acts on the state before the matrix U. torch's own cell
has it act after the matrix and its bias.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class GatedCell(nn.Module):
    """What becomes of a state on a message.

    z = sigma(W_z m + U_z h + b_z), r = sigma(W_r m + U_r h + b_r),
    c = tanh(W m + U (r * h) + b), h' = (1 - z) * h + z * c.

    Source: Cui et al. 2019, arXiv 1902.08009, the update of a node.

    Args:
        width: of states and messages.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.message = nn.Linear(width, 3 * width)
        self.gates = nn.Linear(width, 2 * width, bias=False)
        self.candidate = nn.Linear(width, width, bias=False)

    def forward(
        self, message: Float[Tensor, "nodes width"], state: Float[Tensor, "nodes width"]
    ) -> Float[Tensor, "nodes width"]:
        """The next states."""
        to_update, to_reset, to_candidate = self.message(message).chunk(3, dim=-1)
        from_update, from_reset = self.gates(state).chunk(2, dim=-1)
        update = torch.sigmoid(to_update + from_update)
        reset = torch.sigmoid(to_reset + from_reset)
        candidate = torch.tanh(to_candidate + self.candidate(reset * state))
        return (1 - update) * state + update * candidate
