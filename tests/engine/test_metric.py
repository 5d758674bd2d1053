import numpy as np
import pytest
import torch

from engine.index import PartitionedIndex
from engine.metric import distance, longest, similarity
from tests.engine.one_part import search

DRAW = torch.Generator().manual_seed(0)
TARGETS = torch.nn.functional.normalize(torch.randn(5, 6, generator=DRAW), dim=1)
VECTORS = torch.randn(40, 6, generator=DRAW)


def test_similarity_is_the_inner_product() -> None:
    products = similarity(TARGETS, VECTORS)
    for row, target in enumerate(TARGETS):
        for column, vector in enumerate(VECTORS):
            assert products[row, column].item() == pytest.approx(
                sum(a * b for a, b in zip(target.tolist(), vector.tolist(), strict=True)), abs=1e-5
            )


def test_similarity_and_distance_rank_as_the_index_does() -> None:
    index = PartitionedIndex.build(VECTORS.numpy(), ["tops"] * 40, [None] * 40)
    found = search(index, TARGETS.numpy(), np.arange(40), 40)
    products = similarity(TARGETS, VECTORS)
    apart = distance(products, longest(VECTORS))
    for target, rows in enumerate(found.rows):
        assert products[target].argsort(descending=True).tolist() == rows.tolist()
        assert apart[target].argsort().tolist() == rows.tolist()


def test_distance_is_that_of_unit_vectors_once_each_item_has_a_coordinate_of_its_own() -> None:
    length = longest(VECTORS)
    apart = distance(similarity(TARGETS, VECTORS), length)
    for row, target in enumerate(TARGETS):
        for column, vector in enumerate(VECTORS):
            rest = (1 - (vector / length).pow(2).sum()).clamp(min=0).sqrt()
            difference = torch.cat([target - vector / length, rest[None]])
            assert apart[row, column].item() == pytest.approx(difference.norm().item(), abs=1e-3)


def test_distance_goes_from_nothing_to_two_with_a_finite_gradient() -> None:
    similarities = torch.tensor([[3.0, -3.0]], requires_grad=True)
    apart = distance(similarities, torch.tensor(3.0))
    apart.sum().backward()
    assert apart.tolist() == [pytest.approx([0, 2], abs=1e-3)]
    assert similarities.grad.isfinite().all()
    assert similarities.grad[0, 1] < 0


def test_the_longest_of_items_without_content_is_still_above_zero() -> None:
    assert distance(torch.zeros(1, 2), longest(torch.zeros(2, 3))).isfinite().all()
