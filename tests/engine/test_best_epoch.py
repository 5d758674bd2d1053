import torch

from engine.best_epoch import BestEpoch
from engine.models.bare_model import BareModel
from engine.models.mean_pool import MeanPool
from engine.models.tower import ItemTower


def model(offset: float) -> BareModel:
    tower = ItemTower({"look": 4}, modality_dropout=0.0, dropout=0.0)
    built = BareModel(tower=tower, interaction=MeanPool(dim=4, hidden=4, dropout=0.0))
    moved(built, offset)
    return built


@torch.no_grad()
def moved(built: BareModel, offset: float) -> None:
    built.offset.fill_(offset)


def test_the_highest_figure_is_kept_and_the_first_of_equals() -> None:
    best, built = BestEpoch(), model(0.0)
    figures = [0.2, 0.5, 0.5, 0.4, 0.6]
    kept = []
    for number, figure in enumerate(figures):
        moved(built, float(number))
        kept.append(best.offer(built, number=number, figure=figure))
    assert kept == [True, True, False, False, True]
    assert (best.number, best.figure) == (4, 0.6)


def test_epochs_without_gain_count_from_the_best_one_once_there_is_one() -> None:
    best, built = BestEpoch(), model(0.0)
    assert best.epochs_since(5) == 0
    best.offer(built, number=5, figure=0.5)
    assert not best.offer(built, number=6, figure=0.4)
    assert [best.epochs_since(number) for number in (5, 6, 8)] == [0, 1, 3]


def test_the_model_comes_back_as_it_was_however_it_moved_since() -> None:
    best, built = BestEpoch(), model(3.0)
    best.offer(built, number=1, figure=0.5)
    moved(built, 7.0)
    assert not best.offer(built, number=2, figure=0.5)
    best.bring_back(built)
    assert built.offset.item() == 3.0


def test_another_one_that_is_restored_remembers_the_same() -> None:
    best, built = BestEpoch(), model(3.0)
    best.offer(built, number=1, figure=0.5)
    other = BestEpoch()
    other.restore(best.state())
    assert not other.offer(built, number=2, figure=0.5)
    moved(built, 9.0)
    other.bring_back(built)
    assert built.offset.item() == 3.0
    assert other.number == 1
