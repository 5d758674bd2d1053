import torch

from engine.items import ItemTokens
from engine.models.mean_pool import MeanPool
from engine.models.outfit_model import PlacedItems
from tests.engine.planted import shaken


def placed(vectors: list[list[float]]) -> PlacedItems:
    num = len(vectors)
    return PlacedItems(
        category=torch.ones(1, num, dtype=torch.int64),
        slot=torch.ones(1, num, dtype=torch.int64),
        vectors=torch.tensor([vectors]),
        mask=torch.ones(1, num, dtype=torch.bool),
    )


def test_only_the_mean_of_the_items_is_read() -> None:
    interaction = shaken(MeanPool(dim=2, hidden=8, dropout=0.0))
    wanted = ItemTokens(
        category=torch.tensor([1]), slot=torch.tensor([1]), vectors=torch.tensor([[0.5, 0.0]])
    )
    apart, alike, other = (
        placed(vectors)
        for vectors in ([[1.0, 0], [0, 1.0]], [[0.5, 0.5]] * 3, [[1.0, 0], [1.0, 0.5]])
    )
    torch.testing.assert_close(interaction.logit(apart), interaction.logit(alike))
    torch.testing.assert_close(interaction.target(apart, wanted), interaction.target(alike, wanted))
    assert (interaction.logit(apart) - interaction.logit(other)).abs() > 1e-4
    assert (interaction.target(apart, wanted) - interaction.target(other, wanted)).norm() > 1e-4
