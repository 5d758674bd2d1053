import torch

from engine.items import ItemTokens
from engine.models.mean_pool import MeanPool
from engine.models.outfit_model import PlacedItems
from engine.models.pairwise import PairInteraction
from engine.models.summed import SummedInteractions
from tests.engine.planted import shaken


class Sized(MeanPool):
    """Asks its outfits to be small."""

    def regularisation(self, items: PlacedItems) -> torch.Tensor:
        return items.mask.sum(1).float()


def parts() -> list[torch.nn.Module]:
    torch.manual_seed(0)
    pairs = PairInteraction(dim=4, width=6, num_categories=3, dropout=0.0)
    return [shaken(Sized(dim=4, hidden=6, dropout=0.0)), shaken(pairs)]


def items() -> tuple[PlacedItems, ItemTokens]:
    place = torch.tensor([[1, 2, 1], [2, 1, 0]])
    vectors = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0))
    placed = PlacedItems(category=place, slot=place, vectors=vectors, mask=place > 0)
    wanted = ItemTokens(category=place[:, 0], slot=place[:, 0], vectors=vectors[:, 0])
    return placed, wanted


def test_logits_and_shifts_are_the_sums_of_those_of_the_parts() -> None:
    placed, wanted = items()
    first, second = parts()
    summed = SummedInteractions([first, second])
    torch.testing.assert_close(summed.logit(placed), first.logit(placed) + second.logit(placed))
    torch.testing.assert_close(
        summed.target(placed, wanted), first.target(placed, wanted) + second.target(placed, wanted)
    )


def test_what_one_part_asks_of_itself_is_asked_of_the_sum() -> None:
    assert SummedInteractions(parts()).regularisation(items()[0]).tolist() == [3, 2]
    assert SummedInteractions(parts()[1:]).regularisation(items()[0]).tolist() == [0, 0]


def test_every_part_starts_at_zero() -> None:
    placed, wanted = items()
    summed = SummedInteractions(parts())
    assert summed.logit(placed).all()
    summed.start_at_zero()
    assert not summed.logit(placed).any()
    assert not summed.target(placed, wanted).any()
