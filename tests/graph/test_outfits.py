import numpy as np
import pytest
import torch

from graph.outfits import OutfitBatch, OutfitGraph, join_batches, pad_outfits


@pytest.fixture
def batch() -> OutfitBatch:
    return pad_outfits([[5, 6, 7], np.array([8]), (9, 4)])


def test_outfits_are_padded_to_the_longest_and_the_mask_is_true_where_an_item_is(batch) -> None:
    assert batch.rows.tolist() == [[5, 6, 7], [8, 0, 0], [9, 4, 0]]
    assert batch.mask.tolist() == [[True, True, True], [True, False, False], [True, True, False]]
    assert len(batch) == 3
    assert batch.rows.dtype == torch.int64


def test_row_zero_is_an_item_where_the_mask_says_so() -> None:
    batch = pad_outfits([[0, 0], [0]])
    assert batch.mask.tolist() == [[True, True], [True, False]]


def test_outfits_without_items_have_one_padded_place() -> None:
    batch = pad_outfits([[], np.array([], dtype=np.int64)])
    assert batch.rows.tolist() == [[0], [0]]
    assert not batch.mask.any()


def test_an_empty_outfit_stands_beside_others() -> None:
    assert pad_outfits([[], [3]]).mask.tolist() == [[False], [True]]


def test_no_outfit_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one outfit"):
        pad_outfits([])


def test_without_takes_one_item_from_each_outfit_and_leaves_the_batch_alone(batch) -> None:
    context = batch.without(torch.tensor([1, 0, 1]))
    assert context.rows.tolist() == [[5, 0, 7], [0, 0, 0], [9, 0, 0]]
    assert context.mask.tolist() == [
        [True, False, True],
        [False, False, False],
        [True, False, False],
    ]
    assert batch.rows.tolist() == [[5, 6, 7], [8, 0, 0], [9, 4, 0]]
    assert batch.mask.sum() == 6


def test_replaced_puts_one_row_into_each_outfit_and_leaves_the_batch_alone(batch) -> None:
    other = batch.replaced(torch.tensor([2, 0, 1]), torch.tensor([1, 2, 3]))
    assert other.rows.tolist() == [[5, 6, 1], [2, 0, 0], [9, 3, 0]]
    assert other.mask.equal(batch.mask)
    assert batch.rows.tolist() == [[5, 6, 7], [8, 0, 0], [9, 4, 0]]


def test_batches_of_one_width_join_in_order(batch) -> None:
    joined = join_batches([batch, batch.without(torch.tensor([0, 0, 0]))])
    assert joined.rows[:3].equal(batch.rows)
    assert joined.rows[3:].tolist() == [[0, 6, 7], [0, 0, 0], [0, 4, 0]]
    assert joined.mask.sum().item() == 6 + 3


def test_a_batch_moves_whole(batch) -> None:
    moved = batch.to(torch.device("meta"))
    assert moved.rows.is_meta
    assert moved.mask.is_meta


def test_a_part_holds_some_of_the_outfits() -> None:
    batch = pad_outfits([[3, 4], [5], [6, 7]])
    part = batch.part(slice(1, 3))
    assert part.rows.tolist() == [[5, 0], [6, 7]]
    assert part.mask.tolist() == [[True, False], [True, True]]


def test_the_graph_of_a_batch_joins_every_two_items_of_one_outfit_both_ways() -> None:
    mask = torch.tensor([[True, False, True, True], [False] * 4, [False, True, False, False]])
    graph = OutfitGraph.of(mask)
    assert graph.outfit.tolist() == [0, 0, 0, 2]
    assert graph.mask is mask
    edges = {tuple(edge) for edge in graph.edges.T.tolist()}
    assert edges == {(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)}
    assert graph.edges.shape == (2, 6)


def test_nodes_are_the_true_places_of_the_mask_row_by_row(batch) -> None:
    assert batch.rows[batch.mask].tolist() == [5, 6, 7, 8, 9, 4]
    assert OutfitGraph.of(batch.mask).outfit.tolist() == [0, 0, 0, 1, 2, 2]
