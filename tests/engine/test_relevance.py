import pytest
import torch

from data.slots import SLOTS
from engine.items import ItemTokens
from engine.relevance import RelevanceAdapter
from tests.engine.planted import shaken

QUERIES, DIM = 6, 5


def adapter() -> RelevanceAdapter:
    torch.manual_seed(0)
    made = RelevanceAdapter(dim=DIM, num_categories=4, num_slots=len(SLOTS) + 1, width=8)
    made.start_from(slope=3.0, offset=-1.0)
    return made


def queries() -> tuple[torch.Tensor, ItemTokens]:
    torch.manual_seed(1)
    targets = torch.nn.functional.normalize(torch.randn(QUERIES, DIM), dim=1)
    wanted = ItemTokens(
        category=torch.arange(QUERIES) % 4,
        slot=torch.arange(QUERIES) % 3,
        vectors=torch.zeros(QUERIES, DIM),
    )
    return targets, wanted


def test_untrained_it_is_one_map_for_all_queries() -> None:
    maps = adapter()(*queries())
    assert maps.slope.tolist() == pytest.approx([3.0] * QUERIES)
    assert maps.offset.tolist() == pytest.approx([-1.0] * QUERIES)
    relevance = maps.relevance(torch.full((QUERIES, 1), 1 / 3))
    assert relevance.flatten().tolist() == pytest.approx([0.5] * QUERIES)


@torch.no_grad()
@pytest.mark.parametrize("seed", range(5))
def test_the_order_within_a_query_is_kept_whatever_was_learned(seed) -> None:
    maps = shaken(shaken(adapter(), seed=seed), seed=seed + 9)(*queries())
    similarities = torch.linspace(-1, 1, 41).expand(QUERIES, -1)
    assert (maps.slope > 0).all()
    assert (maps.relevance(similarities).diff(dim=1) >= 0).all()
    assert (maps.logit(similarities).diff(dim=1) > 0).all()
    assert maps.slope.std() > 0


@torch.no_grad()
@pytest.mark.parametrize("part", ["target", "category", "slot", "words"])
def test_everything_of_a_query_counts(part) -> None:
    made = shaken(adapter())
    targets, wanted = queries()
    changed, other = targets.clone(), queries()[1]
    if part == "target":
        changed[0] = -changed[0]
    elif part == "words":
        other.vectors[0, 0] = 0.1
    else:
        getattr(other, part)[0] = 1
    first, second = made(targets, wanted), made(changed, other)
    assert not torch.isclose(first.slope[0], second.slope[0])
    assert first.slope[1:].equal(second.slope[1:])


@torch.no_grad()
def test_rescaling_stretches_the_log_odds() -> None:
    made = shaken(adapter())
    similarities = torch.linspace(-1, 1, 5).expand(QUERIES, -1)
    before = made(*queries()).logit(similarities)
    made.rescale(scale=0.5, shift=0.25)
    made.rescale(scale=2.0, shift=1.0)
    torch.testing.assert_close(made(*queries()).logit(similarities), 2 * (before / 2 + 0.25) + 1)


@torch.no_grad()
def test_what_was_written_is_read(tmp_path) -> None:
    made = shaken(adapter())
    made.rescale(scale=0.7, shift=0.3)
    made.write(tmp_path)
    read = RelevanceAdapter.read(tmp_path, dim=DIM, num_categories=4)
    assert read(*queries()).slope.equal(made(*queries()).slope)
    assert read(*queries()).offset.equal(made(*queries()).offset)
