import pytest
import torch

from engine.items import ItemTokens
from engine.models.node_wise import CONSISTENCY_WEIGHT, NodeWise
from engine.models.outfit_model import PlacedItems
from graph.category_groups import CategoryGroups
from graph.fashion_graph import FashionGraph
from graph.grouped_linear import GroupedRows
from graph.outfits import OutfitGraph

WIDTHS = {"look": 2, "text": 3, "image": 1, "words": 2}
VISUAL, TEXTUAL = [0, 1, 5], [2, 3, 4, 6, 7]
NUM_CATEGORIES, NUM_SLOTS = 4, 3


def network(widths: dict[str, int] = WIDTHS) -> NodeWise:
    torch.manual_seed(0)
    outfits = torch.tensor([0, 5, 2, 8])
    pairs = torch.tensor([[0, 0, 0, 0], [0, 1, 2, 4], [0, 2, 0, 1], [0, 4, 1, 0]])
    return NodeWise(
        widths=widths,
        groups=CategoryGroups(outfits, min_count=3, num_slots=NUM_SLOTS),
        fashion_graph=FashionGraph.of(pairs, outfits, "co-occurrence"),
        width=6,
        steps=2,
        dropout=0.0,
    )


def placed(vectors: torch.Tensor, mask: torch.Tensor | None = None) -> PlacedItems:
    """Outfits of three items; the first has category 1, the others 2 and 3."""
    num = len(vectors)
    return PlacedItems(
        category=torch.tensor([[1, 2, 3]]).expand(num, -1),
        slot=torch.tensor([[1, 2, 0]]).expand(num, -1),
        vectors=vectors,
        mask=torch.ones(num, 3, dtype=torch.bool) if mask is None else mask,
    )


@pytest.fixture
def vectors() -> torch.Tensor:
    return torch.randn(2, 3, 8, generator=torch.Generator().manual_seed(1))


def test_pictures_and_vectors_are_one_channel_and_everything_written_the_other() -> None:
    assert [channel.columns.tolist() for channel in network().channels] == [VISUAL, TEXTUAL]


@pytest.mark.parametrize("widths", [{"image": 2}, {"text": 2, "attributes": 1}, {}])
def test_where_one_kind_is_absent_there_is_one_channel(widths: dict[str, int]) -> None:
    model = network(widths)
    items = placed(torch.randn(2, 3, max(sum(widths.values()), 1)))
    assert len(model.channels) == 1
    assert model.logit(items).shape == (2,)
    assert model.regularisation(items).tolist() == [0, 0]


def test_the_channels_are_weighed_against_each_other(vectors) -> None:
    model, items = network(), placed(vectors)
    with torch.no_grad():
        model.balance.copy_(torch.tensor([100.0, 0.0]))
        visual = model.logit(items)
        model.balance.copy_(torch.tensor([0.0, 100.0]))
        textual = model.logit(items)
        model.balance.copy_(torch.tensor([3.0, 0.75]).log())
        both = model.logit(items)
    torch.testing.assert_close(both, 0.8 * visual + 0.2 * textual)
    assert not torch.allclose(visual, textual)


@torch.no_grad()
def test_each_channel_reads_its_own_modalities(vectors) -> None:
    model = network()
    model.balance.copy_(torch.tensor([100.0, 0.0]))
    other = vectors.clone()
    other[..., TEXTUAL] = 0
    torch.testing.assert_close(model.logit(placed(other)), model.logit(placed(vectors)))
    other[..., VISUAL] = 0
    assert not torch.allclose(model.logit(placed(other)), model.logit(placed(vectors)))


@torch.no_grad()
def test_consistency_is_the_distance_of_what_both_channels_read_where_an_item_has_both(
    vectors,
) -> None:
    model = network()
    vectors[0, 0, VISUAL] = 0
    vectors[1, 1, TEXTUAL] = 0
    mask = torch.tensor([[True, True, True], [True, True, False]])
    group = [3, 2, 4]  # of categories 1 and 3 their own, of category 2 that of slot 2

    def distance(outfit: int, item: int) -> float:
        visual, textual = (
            vectors[outfit, item, channel.columns]
            * len(channel.columns) ** 0.5
            @ channel.network.read.weight[group[item]]
            + channel.network.read.bias[group[item]]
            for channel in model.channels
        )
        return float((visual - textual).square().mean())

    expected = [(distance(0, 1) + distance(0, 2)) / 2, distance(1, 0)]
    found = model.regularisation(placed(vectors, mask)) / CONSISTENCY_WEIGHT
    assert found.tolist() == pytest.approx(expected, rel=1e-4)


def test_outfits_without_an_item_that_has_both_ask_for_no_consistency(vectors) -> None:
    vectors[..., VISUAL] = 0
    assert network().regularisation(placed(vectors)).tolist() == [0, 0]


@torch.no_grad()
def test_the_target_is_the_state_of_a_node_that_the_context_speaks_to(vectors) -> None:
    """The wanted node as an item of its own, in each channel's own columns."""
    model = network()
    wanted = ItemTokens(
        category=torch.tensor([3]), slot=torch.tensor([1]), vectors=torch.randn(1, 8)
    )
    found = model.target(placed(vectors[:1]), wanted)[0]
    category, slot = torch.tensor([1, 2, 3, 3]), torch.tensor([1, 2, 0, 1])
    graph = OutfitGraph.of(torch.ones(1, 4, dtype=torch.bool))
    rows = GroupedRows.of(model.groups(category, slot), model.groups.num_groups)
    joined = torch.cat([vectors[0], wanted.vectors])
    for channel in model.channels:
        content = joined[:, channel.columns] * len(channel.columns) ** 0.5
        content[3] += channel.unseen
        first = channel.network.read(content, rows)
        first[3] += channel.slot.weight[1]
        states = channel.network(first, rows, graph, model.fashion_graph(category, graph))
        torch.testing.assert_close(found[channel.columns], channel.embedder(states[3]))


@torch.no_grad()
def test_a_target_without_context_still_depends_on_what_is_wanted() -> None:
    model = network()
    nothing = placed(torch.zeros(1, 3, 8), torch.zeros(1, 3, dtype=torch.bool))
    targets = [
        model.target(
            nothing,
            ItemTokens(category=torch.tensor([number]), slot=slot, vectors=torch.zeros(1, 8)),
        )
        for number, slot in ((1, torch.tensor([1])), (3, torch.tensor([1])), (1, torch.tensor([2])))
    ]
    assert not torch.allclose(targets[0], targets[1])
    assert not torch.allclose(targets[0], targets[2])
