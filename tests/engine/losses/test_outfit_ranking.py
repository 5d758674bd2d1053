import pytest
import torch

from engine.losses.outfit_ranking import outfit_ranking_loss

DISTANCES = torch.tensor([[0.5, 0.6, 1.9, 0.2], [1.0, 0.4, 1.2, 1.1], [0.1, 1.0, 1.1, 0.0]])
VALID = torch.tensor(
    [[True, True, True, True], [True, True, True, False], [True, True, True, False]]
)


@pytest.mark.parametrize("margin", [0.0, 0.3, 2.0])
def test_it_is_the_mean_hinge_plus_that_of_the_nearest_negative(margin: float) -> None:
    losses = outfit_ranking_loss(DISTANCES, VALID, margin=margin).tolist()
    for row, loss in enumerate(losses):
        answer, *others = DISTANCES[row][VALID[row]].tolist()
        hinges = [max(0.0, answer - other + margin) for other in others]
        hardest = max(0.0, answer - min(others) + margin)
        assert loss == pytest.approx(sum(hinges) / len(hinges) + hardest, abs=1e-6)


def test_an_answer_nearer_by_the_margin_or_alone_loses_nothing() -> None:
    assert outfit_ranking_loss(torch.tensor([[0.0, 0.5, 2.0]]), VALID[:1, :3]).item() == 0
    alone = torch.tensor([[True, False, False]])
    assert outfit_ranking_loss(torch.tensor([[2.0, 0.5, 0.1]]), alone).item() == 0


def test_the_gradient_draws_the_answer_near_and_pushes_the_hardest_most() -> None:
    distances = DISTANCES.clone().requires_grad_()
    outfit_ranking_loss(distances, VALID, margin=0.3).sum().backward()
    assert distances.grad[0].tolist() == pytest.approx([5 / 3, -1 / 3, 0, -4 / 3], abs=1e-6)
    assert distances.grad[1, 3] == 0
