import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from graph.grouped_linear import TILE, GroupedLinear, GroupedRows

NUM_GROUPS = 4


@given(st.lists(st.integers(0, NUM_GROUPS - 1), max_size=3 * TILE))
def test_every_row_has_a_place_in_a_tile_of_its_group(groups: list[int]) -> None:
    rows = GroupedRows.of(torch.tensor(groups, dtype=torch.int64), NUM_GROUPS)
    places = rows.place.tolist()
    assert len(set(places)) == len(groups)
    assert [rows.tile_group[place // TILE].item() for place in places] == groups
    assert len(rows.tile_group) == sum(-(-groups.count(each) // TILE) for each in range(NUM_GROUPS))


@pytest.mark.parametrize("bias", [True, False])
def test_each_row_is_mapped_by_its_group_as_in_a_loop(*, bias: bool) -> None:
    torch.manual_seed(0)
    group = torch.randint(NUM_GROUPS, (3 * TILE + 5,))
    x = torch.randn(len(group), 3)
    linear = GroupedLinear(3, 2, NUM_GROUPS, bias=bias)
    mapped = linear(x, GroupedRows.of(group, NUM_GROUPS))
    for row, number, image in zip(x, group.tolist(), mapped, strict=True):
        expected = row @ linear.weight[number]
        if linear.bias is not None:
            expected = expected + linear.bias[number]
        torch.testing.assert_close(image, expected)


def test_a_group_learns_from_its_own_rows_alone() -> None:
    linear = GroupedLinear(3, 2, NUM_GROUPS, bias=True)
    rows = GroupedRows.of(torch.tensor([1, 3, 1]), NUM_GROUPS)
    linear(torch.ones(3, 3), rows).sum().backward()
    assert [bool(part.any()) for part in linear.weight.grad] == [False, True, False, True]
    assert linear.bias.grad.tolist() == [[0, 0], [2, 2], [0, 0], [1, 1]]


def test_no_rows_give_none() -> None:
    empty = GroupedRows.of(torch.zeros(0, dtype=torch.int64), NUM_GROUPS)
    assert GroupedLinear(3, 2, NUM_GROUPS, bias=True)(torch.zeros(0, 3), empty).shape == (0, 2)
