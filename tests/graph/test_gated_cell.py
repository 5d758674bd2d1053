import torch

from graph.gated_cell import GatedCell


def test_the_cell_is_the_equation_of_the_paper() -> None:
    torch.manual_seed(0)
    cell = GatedCell(3)
    message, state = torch.randn(5, 3), torch.randn(5, 3)
    w_z, w_r, w = cell.message.weight.chunk(3)
    b_z, b_r, b = cell.message.bias.chunk(3)
    u_z, u_r = cell.gates.weight.chunk(2)
    u = cell.candidate.weight
    following = cell(message, state)
    for m, h, found in zip(message, state, following, strict=True):
        z = torch.sigmoid(w_z @ m + u_z @ h + b_z)
        r = torch.sigmoid(w_r @ m + u_r @ h + b_r)
        candidate = torch.tanh(w @ m + u @ (r * h) + b)
        torch.testing.assert_close(found, (1 - z) * h + z * candidate)


def test_a_closed_update_gate_keeps_the_state() -> None:
    cell = GatedCell(2)
    torch.nn.init.constant_(cell.message.bias, -100)
    state = torch.randn(4, 2)
    torch.testing.assert_close(cell(torch.zeros(4, 2), state), state)
