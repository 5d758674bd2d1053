"""The network against the paper's equations, item by item."""

import pytest
import torch
from torch import Tensor

from graph.category_groups import CategoryGroups
from graph.fashion_graph import FashionGraph
from graph.grouped_linear import GroupedRows
from graph.node_wise import NodeWiseNetwork
from graph.outfits import OutfitGraph

INPUTS, WIDTH, NUM_CATEGORIES = 5, 4, 4
OUTFITS = torch.tensor([0, 8, 6, 1])
PAIRS = torch.tensor([[0, 0, 0, 0], [0, 2, 7, 1], [0, 7, 0, 3], [0, 1, 3, 0]])
GROUPS = CategoryGroups(OUTFITS, min_count=5, num_slots=2)
MASK = torch.tensor([[True, False, True, True], [True, False, False, False], [True] * 4])


@pytest.fixture
def network() -> NodeWiseNetwork:
    torch.manual_seed(3)
    return NodeWiseNetwork(
        inputs=INPUTS, width=WIDTH, num_groups=GROUPS.num_groups, steps=3, dropout=0.5
    ).eval()


def naive_logit(
    network: NodeWiseNetwork, items: list[tuple[Tensor, int, int]], fashion: FashionGraph
) -> Tensor:
    """The score of one outfit of (features, category, slot) by loops over items and senders."""
    groups = [int(GROUPS(torch.tensor([c]), torch.tensor([s]))) for _, c, s in items]
    step = network.step
    states = [
        torch.tanh(features @ network.read.weight[g] + network.read.bias[g])
        for (features, _, _), g in zip(items, groups, strict=True)
    ]
    for _ in range(network.steps):
        following = []
        for i, state in enumerate(states):
            others = [j for j in range(len(items)) if j != i]
            weights = {j: fashion.weights[items[j][1], items[i][1]] for j in others}
            total = sum(weights.values())
            heard = torch.zeros(WIDTH)
            for j in others:
                share = weights[j] / total if total else 0
                heard = heard + share * (states[j] @ step.send.weight[groups[j]])
            message = heard @ step.receive.weight[groups[i]]
            following.append(step.cell(message[None], state[None])[0])
        states = following
    score = torch.zeros(())
    for state in states:
        value = network.score.weight[0] @ state
        leaky = value if value > 0 else 0.01 * value
        score = score + torch.sigmoid(network.confidence.weight[0] @ state) * leaky
    return score


def logits(
    network: NodeWiseNetwork,
    features: Tensor,
    category: Tensor,
    slot: Tensor,
    fashion: FashionGraph,
    mask: Tensor = MASK,
) -> Tensor:
    graph = OutfitGraph.of(mask)
    rows = GroupedRows.of(GROUPS(category[mask], slot[mask]), GROUPS.num_groups)
    first = network.read(features[mask], rows)
    states = network(first, rows, graph, fashion(category[mask], graph))
    return network.logit(states, graph)


@pytest.fixture
def items() -> tuple[Tensor, Tensor, Tensor]:
    """Features, categories and slots; the third outfit holds two items of category 1."""
    generator = torch.Generator().manual_seed(1)
    category = torch.tensor([[1, 0, 2, 3], [2, 0, 0, 0], [1, 1, 3, 0]])
    slot = torch.tensor([[1, 0, 0, 1], [0, 0, 0, 0], [1, 1, 0, 1]])
    return torch.randn(3, 4, INPUTS, generator=generator), category, slot


@pytest.mark.parametrize("edge_weights", ["uniform", "co-occurrence"])
def test_scores_are_those_of_loops_over_items_and_senders(network, items, edge_weights) -> None:
    fashion = FashionGraph.of(PAIRS, OUTFITS, edge_weights)
    features, category, slot = items
    found = logits(network, features, category, slot, fashion)
    for at, outfit in enumerate(MASK):
        present = [
            (features[at, place], int(category[at, place]), int(slot[at, place]))
            for place in outfit.nonzero()[:, 0].tolist()
        ]
        torch.testing.assert_close(found[at], naive_logit(network, present, fashion))


def test_co_occurrence_changes_the_scores_of_outfits_of_three_categories(network, items) -> None:
    uniform, counted = (
        logits(network, *items, FashionGraph.of(PAIRS, OUTFITS, name))
        for name in ("uniform", "co-occurrence")
    )
    assert (uniform - counted)[0].abs() > 1e-4
    # one item hears nobody, whatever the edges weigh
    assert uniform[1] == counted[1]


def test_the_order_of_items_changes_no_score(network, items) -> None:
    fashion = FashionGraph.of(PAIRS, OUTFITS, "co-occurrence")
    order = torch.tensor([3, 1, 0, 2])
    moved = [part[:, order] for part in items]
    torch.testing.assert_close(
        logits(network, *moved, fashion, MASK[:, order]), logits(network, *items, fashion)
    )


def test_what_lies_under_the_padding_changes_no_score(network, items) -> None:
    fashion = FashionGraph.of(PAIRS, OUTFITS, "co-occurrence")
    features, category, slot = (part.clone() for part in items)
    before = logits(network, features, category, slot, fashion)
    features[~MASK], category[~MASK], slot[~MASK] = 9.0, 3, 1
    assert logits(network, features, category, slot, fashion).equal(before)


def test_an_outfit_without_items_scores_zero_beside_others(network, items) -> None:
    fashion = FashionGraph.of(PAIRS, OUTFITS, "uniform")
    mask = MASK.clone()
    mask[1] = False
    found = logits(network, *items, fashion, mask)
    assert found[1] == 0
    torch.testing.assert_close(found[[0, 2]], logits(network, *items, fashion)[[0, 2]])


def test_more_steps_give_other_scores(network, items) -> None:
    fashion = FashionGraph.of(PAIRS, OUTFITS, "uniform")
    before = logits(network, *items, fashion)
    network.steps = 1
    assert (logits(network, *items, fashion) - before).abs()[0] > 1e-4


def test_first_states_drop_out_in_training_alone(network, items) -> None:
    fashion = FashionGraph.of(PAIRS, OUTFITS, "uniform")
    assert logits(network, *items, fashion).equal(logits(network, *items, fashion))
    network.train()
    assert not logits(network, *items, fashion).equal(logits(network, *items, fashion))
