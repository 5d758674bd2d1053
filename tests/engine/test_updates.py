from dataclasses import replace

import numpy as np
import pytest

from data.errors import SchemaError
from engine.requests import ItemContent
from engine.updates import ItemChange, ItemDeletion, NewItem, fold


def new_item(item_id: str = "a", **facts: object) -> NewItem:
    return NewItem(
        item_id=item_id,
        content=ItemContent(title="silk"),
        embedding=np.zeros(2, np.float32),
        bundle_id="b",
        **facts,
    )


def test_changes_of_one_item_add_up_and_the_last_word_counts() -> None:
    first = ItemChange(item_id="a", price=1.0)
    second = ItemChange(item_id="a", availability="in_stock")
    both = ItemChange(item_id="a", price=1.0, availability="in_stock")
    assert fold(None, first) is first
    assert fold(first, second) == both
    assert fold(both, ItemChange(item_id="a", price=0.0, availability="preorder")) == ItemChange(
        item_id="a", price=0.0, availability="preorder"
    )


def test_a_change_of_a_new_item_keeps_its_content() -> None:
    item = new_item(price=5.0)
    changed = fold(item, ItemChange(item_id="a", availability="out_of_stock"))
    assert isinstance(changed, NewItem)
    assert changed.content is item.content
    assert (changed.price, changed.availability) == (5.0, "out_of_stock")


def test_a_deleted_item_comes_back_only_as_a_new_one() -> None:
    gone, item = ItemDeletion(item_id="a"), new_item()
    assert fold(item, gone) is gone
    assert fold(gone, ItemChange(item_id="a", price=1.0)) is gone
    assert fold(gone, item) is item


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"item_id": ""}, "item_id"),
        ({"item_id": "a", "price": -1.0}, "price"),
        ({"item_id": "a", "price": float("nan")}, "price"),
        ({"item_id": "a", "price": float("inf")}, "price"),
        ({"item_id": "a", "availability": "gone"}, "availability"),
        ({"item_id": "a", "availability": ""}, "availability"),
    ],
)
def test_what_the_item_table_would_refuse_is_refused(facts, field) -> None:
    for kind in (ItemChange, new_item):
        with pytest.raises(SchemaError) as caught:
            kind(**facts)
        assert caught.value.field == field
    with pytest.raises(SchemaError):
        ItemDeletion(item_id="")


@pytest.mark.parametrize("content", [ItemContent(image=b"png"), ItemContent(price=1.0)])
def test_the_content_of_a_new_item_holds_no_picture_and_no_price(content: ItemContent) -> None:
    with pytest.raises(SchemaError, match=r"picture|price"):
        replace(new_item(), content=content)
