import pytest
import torch

from engine.items import ItemFeatures, ItemTokens


@pytest.fixture
def features() -> ItemFeatures:
    return ItemFeatures(
        category=torch.tensor([1, 2, 0]),
        slot=torch.tensor([4, 5, 0]),
        content=torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]),
        log_price=torch.tensor([3.0, 4.0, torch.nan]),
    )


def test_take_gives_the_items_at_rows_in_their_order_also_twice(features) -> None:
    taken = features.take(torch.tensor([2, 0, 2]))
    assert taken.category.tolist() == [0, 1, 0]
    assert taken.slot.tolist() == [0, 4, 0]
    assert taken.content.equal(features.content[[2, 0, 2]])
    torch.testing.assert_close(
        taken.log_prices, torch.tensor([torch.nan, 3.0, torch.nan]), equal_nan=True
    )
    assert len(taken) == len(features) == 3


def test_items_without_content_keep_category_and_slot(features) -> None:
    bare = features.without_content(torch.tensor([True, False, True]))
    assert bare.content.tolist() == [[0.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    assert bare.category.equal(features.category)
    assert bare.slot.equal(features.slot)
    assert bare.log_prices.isnan().tolist() == [True, False, True]
    assert features.content[0, 0] == 1


def test_items_without_category_keep_slot_and_content(features) -> None:
    coarse = features.without_category(torch.tensor([True, False, True]))
    assert coarse.category.tolist() == [0, 2, 0]
    assert coarse.slot.equal(features.slot)
    assert coarse.content.equal(features.content)
    assert features.category[0] == 1


def test_features_move_whole(features) -> None:
    moved = features.to(torch.device("meta"))
    tensors = (moved.category, moved.slot, moved.content, moved.log_prices)
    assert all(tensor.is_meta for tensor in tensors)


def test_tokens_join_in_order() -> None:
    first = ItemTokens(
        category=torch.tensor([1]),
        slot=torch.tensor([2]),
        vectors=torch.tensor([[1.0, 2.0]]),
        log_price=torch.tensor([0.5]),
    )
    second = ItemTokens(
        category=torch.tensor([3, 4]), slot=torch.tensor([5, 6]), vectors=torch.zeros(2, 2)
    )
    joined = first.join(second)
    assert joined.category.tolist() == [1, 3, 4]
    assert joined.slot.tolist() == [2, 5, 6]
    assert joined.vectors.tolist() == [[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]]
    torch.testing.assert_close(
        joined.log_prices, torch.tensor([0.5, torch.nan, torch.nan]), equal_nan=True
    )
    assert len(joined) == 3
