from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch

from data.errors import UnknownCategoryError, UnknownItemError
from engine.arrivals import Arrival
from engine.bundle import Bundle
from engine.catalogue import Catalogue
from engine.live_catalogue import LiveCatalogue
from engine.requests import Filters, ItemContent, Slot
from engine.searches import Search
from engine.update_records import UpdateRecords
from engine.updates import ItemChange, ItemDeletion, NewItem


@pytest.fixture(scope="module")
def catalogue(bundle: Bundle) -> LiveCatalogue:
    return LiveCatalogue.of(Catalogue.of(bundle))


def test_tokens_are_the_items_as_the_model_sees_them(catalogue, bundle) -> None:
    numbers = bundle.preparation.numbers(
        bundle.items["category"].to_list(), bundle.items["slot"].to_list()
    )
    assert catalogue.base.tokens.category.equal(numbers[0])
    assert catalogue.base.tokens.slot.equal(numbers[1])
    np.testing.assert_array_equal(catalogue.base.tokens.vectors, bundle.vectors)
    assert catalogue.base.row_of[bundle.items["item_id"][17]] == 17


@torch.no_grad()
def test_items_by_id_and_inline_are_looked_up_in_their_order(catalogue, bundle) -> None:
    ids = bundle.items["item_id"]
    one, two = ItemContent(category="pumps"), ItemContent(title="silk dress")
    items = [one, ids[5], two, ids[3], ids[5 + 1]]
    tokens = catalogue.look_up(catalogue.places(items, "items"))
    for place, row in ((1, 5), (3, 3), (4, 6)):
        np.testing.assert_array_equal(tokens.vectors[place], bundle.vectors[row])
        assert tokens.category[place] == catalogue.base.tokens.category[row]
    for place, item in ((0, one), (2, two)):
        alone = catalogue.look_up([(item, "item")])
        assert tokens.vectors[place].tolist() == pytest.approx(alone.vectors[0].tolist(), abs=1e-6)
        assert tokens.category[place] == alone.category[0]
        assert tokens.slot[place] == alone.slot[0]


@torch.no_grad()
def test_nothing_but_ids_or_nothing_but_inline_items_is_looked_up_too(catalogue, bundle) -> None:
    ids = bundle.items["item_id"].to_list()
    by_id = catalogue.look_up([(name, "") for name in ids[4:7]])
    np.testing.assert_array_equal(by_id.vectors, bundle.vectors[4:7])
    inline = catalogue.look_up([(ItemContent(title="silk dress"), "")] * 2)
    assert inline.vectors[0].equal(inline.vectors[1])


def test_each_target_passes_over_its_own_items(catalogue, bundle) -> None:
    ids = bundle.items["item_id"].to_list()
    targets = np.array(bundle.vectors[:2])
    anything = Slot(text="all")
    passing_over = Search(slot=anything, k=5, passed_over=frozenset(ids[:40]))
    first, second = catalogue.index.search(targets, [passing_over, Search(slot=anything, k=5)])
    assert len(first) == len(second) == 5
    assert not set(first.item_ids) & set(ids[:40])
    (alone,) = catalogue.index.search(targets[1:], [Search(slot=anything, k=5)])
    assert alone.item_ids == second.item_ids


def test_a_category_is_meant_before_the_slot_that_its_name_belongs_to(catalogue, bundle) -> None:
    def found(name: str) -> set[str]:
        search = Search(slot=Slot(category=name), k=1000)
        (answers,) = catalogue.index.search(np.array(bundle.vectors[:1]), [search])
        return set(answers.item_ids)

    pumps = bundle.items.filter(category="pumps")["item_id"]
    shoes = bundle.items.filter(slot="shoes")["item_id"]
    assert found("pumps") == set(pumps)
    assert found("shoes") == found("Wellington boots") == set(shoes)
    assert set(pumps) < set(shoes)
    with pytest.raises(UnknownCategoryError):
        found("zeppelin")


def test_preorders_are_not_in_stock(bundle) -> None:
    states = ["in_stock", "out_of_stock", "preorder", "backorder", None] * 40
    items = bundle.items.with_columns(availability=pl.Series(states, dtype=pl.String))
    catalogue = LiveCatalogue.of(Catalogue.of(replace(bundle, items=items)))
    search = Search(slot=Slot(text="all"), k=1000, filters=Filters(in_stock_only=True))
    (answers,) = catalogue.index.search(np.array(bundle.vectors[:1]), [search])
    assert set(answers.item_ids) == set(items["item_id"].to_list()[::5])


def test_price_limits_hold_at_their_ends(bundle) -> None:
    items = bundle.items.with_columns(price=pl.int_range(200).cast(pl.Float64))
    catalogue = LiveCatalogue.of(Catalogue.of(replace(bundle, items=items)))
    search = Search(slot=Slot(text="all"), k=1000, filters=Filters(min_price=10.0, max_price=12.0))
    (answers,) = catalogue.index.search(np.array(bundle.vectors[:1]), [search])
    assert set(answers.item_ids) == set(items["item_id"].to_list()[10:13])


def test_items_are_known_as_they_are_now(catalogue, bundle) -> None:
    ids = bundle.items["item_id"].to_list()
    item = NewItem(
        item_id="new",
        content=ItemContent(category="pumps", title="gold pumps", attributes={"colour": "gold"}),
        embedding=np.array(bundle.vectors[3]),
        bundle_id=bundle.manifest["bundle_id"],
        price=9.0,
    )
    updates = [
        ItemChange(item_id=ids[0], price=1.5),
        ItemChange(item_id=ids[1], availability="preorder"),
        ItemDeletion(item_id=ids[2]),
        replace(item, item_id=ids[3]),
        item,
        ItemChange(item_id="never heard of", price=1.0),
    ]
    live = catalogue.at(UpdateRecords().after(updates))
    before = bundle.items.rows(named=True)
    assert live.item(ids[0]) == before[0] | {"price": 1.5}
    assert live.item(ids[1]) == before[1] | {"availability": "preorder"}
    assert live.item(ids[5]) == before[5]
    for gone in (ids[2], "never heard of"):
        assert live.item(gone) is None
        assert not live.holds(gone)
        assert live.missing(gone) == []
        with pytest.raises(UnknownItemError):
            live.places([gone], "items")
    new = live.item("new")
    assert new is not None
    assert set(new) == set(before[0])
    assert {k: v for k, v in new.items() if v is not None} == {
        "item_id": "new",
        "category": "pumps",
        "slot": "shoes",
        "title": "gold pumps",
        "attributes": [{"name": "colour", "value": "gold"}],
        "price": 9.0,
    }
    assert live.kind("new") == "pumps"
    assert live.item(ids[3]) == new | {"item_id": ids[3]}
    assert catalogue.item(ids[2]) == before[2]
    changed = live.at(live.records.after([ItemChange(item_id="new", availability="in_stock")]))
    assert changed.item("new") == new | {"availability": "in_stock"}
    assert live.item("new") == new


@torch.no_grad()
def test_old_new_and_inline_items_are_looked_up_in_their_order(catalogue, bundle) -> None:
    ids = bundle.items["item_id"].to_list()
    rng = np.random.default_rng(0)
    items = [
        NewItem(
            item_id=name,
            content=ItemContent(category="pumps"),
            embedding=rng.normal(size=bundle.vectors.shape[1]).astype(np.float32),
            bundle_id=bundle.manifest["bundle_id"],
        )
        for name in ("x", "y", ids[8])
    ]
    live = catalogue.at(UpdateRecords().after(items))
    inline = ItemContent(title="silk dress")
    asked = ["y", ids[4], inline, ids[8], "x", ids[2]]
    tokens = live.look_up(live.places(asked, "items"))
    expected = [
        items[1].embedding,
        bundle.vectors[4],
        catalogue.look_up([(inline, "")]).vectors[0].numpy(),
        items[2].embedding,
        items[0].embedding,
        bundle.vectors[2],
    ]
    np.testing.assert_allclose(tokens.vectors.numpy(), np.stack(expected), atol=1e-6)
    pumps = bundle.items["category"].to_list().index("pumps")
    assert tokens.category[[0, 3, 4]].tolist() == [int(catalogue.base.tokens.category[pumps])] * 3
    bare = replace(items[0], embedding=np.zeros_like(items[0].embedding))
    lacking = catalogue.at(UpdateRecords().after([bare])).missing("x")
    assert set(lacking) == set(bundle.preparation.widths)


@torch.no_grad()
def test_models_read_the_prices_of_now(catalogue, bundle) -> None:
    ids = bundle.items["item_id"].to_list()
    item = NewItem(
        item_id="new",
        content=ItemContent(category="pumps"),
        embedding=np.array(bundle.vectors[3]),
        bundle_id=bundle.manifest["bundle_id"],
        price=20.0,
    )
    first = catalogue.at(UpdateRecords().after([item, ItemChange(item_id=ids[7], price=10.0)]))
    second = first.at(first.records.after([ItemChange(item_id="new", price=0.0)]))
    asked = [(name, "") for name in (ids[7], "new", ids[2], ids[7])]
    before = bundle.items["price"][2]
    for live, new_price in ((first, 20.0), (second, np.nan)):
        prices = torch.exp(live.look_up(asked).log_prices).tolist()
        assert prices == pytest.approx([10.0, new_price, before, 10.0], rel=1e-5, nan_ok=True)
    untouched = catalogue.look_up(asked[:1]).log_prices
    assert torch.exp(untouched).tolist() == pytest.approx([bundle.items["price"][7]], rel=1e-5)


def test_new_items_are_context_candidates_and_answers(tiny_recommender, bundle, outfit) -> None:
    (item,) = tiny_recommender.encode(
        [Arrival(item_id="new", content=ItemContent(category="pumps", title="gold pumps"))],
        ["items[0]"],
    )
    live = tiny_recommender.at(UpdateRecords().after([item, ItemDeletion(item_id=outfit[0])]))
    with pytest.raises(UnknownItemError):
        tiny_recommender.score([["new", *outfit[1:]]])
    with pytest.raises(UnknownItemError):
        live.score([outfit])
    inline = item.content
    (by_id,) = live.score([["new", *outfit[1:]]])
    (given,) = live.score([[inline, *outfit[1:]]])
    assert by_id.logit == pytest.approx(given.logit, abs=1e-4)
    ranked = live.fill(outfit[1:], ["new", *bundle.items["item_id"].to_list()[100:103]])
    assert {one.item_id for one in ranked} >= {"new"}
    slot = Slot(category="pumps")
    found = live.complements(outfit[1:], slot, 1000)
    pumps = set(bundle.items.filter(category="pumps")["item_id"])
    assert {one.item_id for one in found} == (pumps | {"new"}) - set(outfit)
    assert "new" not in {each.item_id for each in live.complements(["new"], slot, 1000)}
    assert live.items is tiny_recommender.items
    assert live.catalogue.holds("new")
