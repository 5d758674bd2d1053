import pytest
import torch

from graph.fashion_graph import FashionGraph, co_occurrence_weights
from graph.outfits import OutfitGraph

# numbers: 0 unknown, 1 shirts, 2 jeans, 3 boots, 4 hats; hats were worn with nothing
OUTFITS = torch.tensor([0, 4, 2, 3, 1])
PAIRS = torch.tensor(
    [[0, 0, 0, 0, 0], [0, 1, 2, 3, 0], [0, 2, 0, 1, 0], [0, 3, 1, 0, 0], [0, 0, 0, 0, 0]]
)
ONE_OUTFIT = OutfitGraph.of(torch.ones(1, 3, dtype=torch.bool))


def shares(fashion: FashionGraph, category: list[int]) -> dict[tuple[int, int], float]:
    """The weight of every edge of one outfit, by sender and receiver."""
    graph = OutfitGraph.of(torch.ones(1, len(category), dtype=torch.bool))
    weight = fashion(torch.tensor(category), graph)
    return dict(zip(map(tuple, graph.edges.T.tolist()), weight.tolist(), strict=True))


def test_an_edge_weighs_the_count_of_both_categories_by_the_frequency_of_the_first() -> None:
    weights = co_occurrence_weights(PAIRS, OUTFITS)
    assert weights[1, 2] == 2 / 4
    assert weights[2, 1] == 2 / 2
    assert weights[1, 3] == 3 / 4
    assert weights[3, 1] == 3 / 3
    assert weights[1, 1] == 1 / 4
    assert weights[3, 3] == 0


def test_the_unknown_category_sends_as_the_average_one_and_hears_all_alike() -> None:
    weights = co_occurrence_weights(PAIRS, OUTFITS)
    assert weights[0, 1:].tolist() == pytest.approx([6 / 10, 3 / 10, 4 / 10, 0])
    assert weights[:, 0].tolist() == [1] * 5


def test_edges_carry_their_share_of_what_their_receiver_is_sent() -> None:
    weight = shares(FashionGraph.of(PAIRS, OUTFITS, "co-occurrence"), [1, 2, 3])
    # to the shirt: 2/2 from jeans, 3/3 from boots; to the jeans: 2/4 and 1/3; to the boots 3/4, 1/2
    assert weight == pytest.approx(
        {
            (1, 0): 1 / 2,
            (2, 0): 1 / 2,
            (0, 1): (1 / 2) / (1 / 2 + 1 / 3),
            (2, 1): (1 / 3) / (1 / 2 + 1 / 3),
            (0, 2): (3 / 4) / (3 / 4 + 1 / 2),
            (1, 2): (1 / 2) / (3 / 4 + 1 / 2),
        }
    )


def test_uniform_edges_carry_equal_shares() -> None:
    weight = shares(FashionGraph.of(PAIRS, OUTFITS, "uniform"), [1, 2, 3, 4])
    assert list(weight.values()) == pytest.approx([1 / 3] * 12)


def test_a_receiver_never_worn_with_its_senders_is_sent_nothing() -> None:
    weight = shares(FashionGraph.of(PAIRS, OUTFITS, "co-occurrence"), [1, 2, 4])
    assert weight[0, 2] == weight[1, 2] == 0
    assert weight[2, 0] == 0
    assert weight[1, 0] == 1


def test_weights_are_saved_with_the_model_and_not_trained() -> None:
    fashion = FashionGraph.of(PAIRS, OUTFITS, "co-occurrence")
    assert list(fashion.state_dict()) == ["weights"]
    assert not list(fashion.parameters())


def test_without_training_outfits_nobody_is_sent_anything_but_to_the_unknown() -> None:
    none = torch.zeros(3, 3, dtype=torch.int64), torch.zeros(3, dtype=torch.int64)
    weight = FashionGraph.of(*none, "co-occurrence")(torch.tensor([1, 2, 0]), ONE_OUTFIT)
    into_unknown = ONE_OUTFIT.edges[1] == 2
    assert weight[into_unknown].tolist() == [0.5, 0.5]
    assert not weight[~into_unknown].any()
