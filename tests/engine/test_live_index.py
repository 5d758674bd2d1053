"""Against a scan of a plain table that the same updates were written into."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from data.slots import slot_of
from engine import item_facts, new_items
from engine.bundle import Bundle
from engine.catalogue import Catalogue
from engine.live_catalogue import LiveCatalogue
from engine.requests import Complement, Filters, ItemContent, Slot
from engine.searches import Found, Search
from engine.update_records import UpdateRecords
from engine.updates import ItemChange, ItemDeletion, ItemUpdate, NewItem
from tests.engine.brute_force import assert_same

CATEGORIES = ("pumps", "shoes", "wellington boots", "shirts", None)
SLOTS = [Slot(category=name) for name in ("pumps", "shoes", "bags", "wellington boots")]
SLOTS.append(Slot(text="anything"))
FILTERS = [
    Filters(),
    Filters(min_price=20.0, max_price=60.0),
    Filters(in_stock_only=True, exclude=frozenset({"n1", "n2"})),
]


@dataclass
class PlainTable:
    """Every item that is there, in the order in which a search prefers equals."""

    items: dict[str, dict[str, Any]]
    changes: dict[str, ItemChange] = field(default_factory=dict)

    @classmethod
    def of(cls, bundle: Bundle) -> "PlainTable":
        rows = zip(bundle.items.iter_rows(named=True), bundle.vectors, strict=True)
        return cls({row["item_id"]: row | {"vector": vector} for row, vector in rows})

    def write(self, update: ItemUpdate) -> None:
        if isinstance(update, ItemDeletion):
            self.items.pop(update.item_id, None)
        elif isinstance(update, NewItem):
            self.items.pop(update.item_id, None)
            category = update.content.category
            self.items[update.item_id] = {
                "item_id": update.item_id,
                "category": category,
                "slot": slot_of(category) if category else None,
                "price": update.price,
                "availability": update.availability,
                "vector": update.embedding,
            }
        elif update.item_id in self.items:
            facts = {"price": update.price, "availability": update.availability}
            self.items[update.item_id] |= {k: v for k, v in facts.items() if v is not None}

    def scan(self, target: np.ndarray, search: Search) -> list[Complement]:
        found = [
            Complement(item_id=name, similarity=float(item["vector"] @ target))
            for name, item in self.items.items()
            if self._asked(item, search.slot)
            and _passes(item, search.filters)
            and name not in search.passed_over | search.filters.exclude
        ]
        return sorted(found, key=lambda one: -one.similarity)[: search.k]

    def _asked(self, item: dict[str, Any], slot: Slot) -> bool:
        wanted = slot.category
        names = {each[key] for each in self.items.values() for key in ("category", "slot")}
        if wanted is not None and wanted not in names:
            wanted = slot_of(wanted)
        return wanted is None or wanted in (item["category"], item["slot"])


def complements(found: Found) -> list[Complement]:
    return [
        Complement(item_id=item_id, similarity=similarity)
        for item_id, similarity in zip(found.item_ids, found.similarities, strict=True)
    ]


def _passes(item: dict[str, Any], filters: Filters) -> bool:
    low, high = filters.min_price, filters.max_price
    return (
        (low is None or (item["price"] is not None and item["price"] >= low))
        and (high is None or (item["price"] is not None and item["price"] <= high))
        and (not filters.in_stock_only or item["availability"] == "in_stock")
    )


def drawn(rng: np.random.Generator, bundle: Bundle) -> ItemUpdate:
    ids = [*bundle.items["item_id"].to_list()[:60], *(f"n{number}" for number in range(12))]
    item_id = str(rng.choice(ids))
    price = None if rng.random() < 0.2 else float(rng.integers(0, 90))
    availability = [None, "in_stock", "out_of_stock"][rng.integers(3)]
    kind = rng.random()
    if kind < 0.4:
        return ItemChange(item_id=item_id, price=price, availability=availability)
    if kind < 0.65:
        return ItemDeletion(item_id=item_id)
    return NewItem(
        item_id=item_id,
        content=ItemContent(category=CATEGORIES[rng.integers(len(CATEGORIES))]),
        embedding=rng.normal(size=bundle.vectors.shape[1]).astype(np.float32),
        bundle_id=bundle.manifest["bundle_id"],
        price=price,
        availability=availability,
    )


def searches(rng: np.random.Generator, skipped: frozenset[str]) -> list[Search]:
    return [
        Search(slot=slot, k=int(rng.integers(1, 9)), filters=filters, passed_over=passed_over)
        for slot in SLOTS
        for filters in FILTERS
        for passed_over in (skipped, frozenset[str]())
    ]


def assert_alike(
    catalogue: LiveCatalogue, table: PlainTable, rng: np.random.Generator, skipped: frozenset[str]
) -> None:
    asked = searches(rng, skipped)
    dim = catalogue.base.bundle.vectors.shape[1]
    targets = rng.normal(size=(len(asked), dim)).astype(np.float32)
    for search, target, found in zip(
        asked, targets, catalogue.index.search(targets, asked), strict=True
    ):
        assert_same(complements(found), table.scan(target, search))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("small", [True, False])
def test_after_any_updates_a_search_is_a_scan_of_what_is_there(
    bundle, monkeypatch, seed, small
) -> None:
    if small:
        monkeypatch.setattr(item_facts, "MAX_CHANGED", 4)
        monkeypatch.setattr(new_items, "MAX_GONE", 3)
    rng = np.random.default_rng(seed)
    catalogue, table = LiveCatalogue.of(Catalogue.of(bundle)), PlainTable.of(bundle)
    for _ in range(25):
        updates = [drawn(rng, bundle) for _ in range(rng.integers(1, 6))]
        catalogue = catalogue.at(catalogue.records.after(updates))
        for update in updates:
            table.write(update)
    assert {name for name in table.items if name.startswith("n")}
    assert_alike(catalogue, table, rng, frozenset({"n3", "n4", bundle.items["item_id"][0]}))
    late = LiveCatalogue.of(catalogue.base).at(catalogue.records)
    assert_alike(late, table, rng, frozenset())


def test_a_catalogue_goes_on_as_it_is_while_others_succeed_it(bundle, monkeypatch) -> None:
    monkeypatch.setattr(new_items, "MAX_GONE", 3)
    rng = np.random.default_rng(7)
    catalogue, table = LiveCatalogue.of(Catalogue.of(bundle)), PlainTable.of(bundle)
    kept = []
    for _ in range(12):
        kept.append((catalogue, PlainTable(dict(table.items))))
        update = drawn(rng, bundle)
        catalogue = catalogue.at(catalogue.records.after([update]))
        table = PlainTable({name: dict(item) for name, item in table.items.items()})
        table.write(update)
    for earlier, then in kept[::3]:
        assert_alike(earlier, then, rng, frozenset())


def test_updates_that_are_no_longer_in_force_leave_the_bundle_as_it_was(bundle) -> None:
    rng = np.random.default_rng(1)
    base = LiveCatalogue.of(Catalogue.of(bundle))
    updated = base.at(UpdateRecords().after(drawn(rng, bundle) for _ in range(60)))
    assert_alike(updated.at(UpdateRecords()), PlainTable.of(bundle), rng, frozenset())


def test_the_only_item_of_a_category_may_be_gone(bundle) -> None:
    ids = bundle.items.filter(category="pumps")["item_id"].to_list()
    catalogue = LiveCatalogue.of(Catalogue.of(bundle))
    gone = catalogue.at(UpdateRecords().after(ItemDeletion(item_id=each) for each in ids))
    targets = np.array(bundle.vectors[:1])
    (found,) = gone.index.search(targets, [Search(slot=Slot(category="pumps"), k=5)])
    assert len(found) == 0


def test_a_category_of_new_items_that_are_gone_means_its_slot_again(bundle) -> None:
    catalogue, targets = LiveCatalogue.of(Catalogue.of(bundle)), np.array(bundle.vectors[:1])
    item = NewItem(
        item_id="n",
        content=ItemContent(category="wellington boots"),
        embedding=targets[0],
        bundle_id=bundle.manifest["bundle_id"],
    )
    there = catalogue.at(UpdateRecords().after([item]))
    gone = there.at(there.records.after([ItemDeletion(item_id="n")]))
    search = Search(slot=Slot(category="wellington boots"), k=1000)
    counts = [len(each.index.search(targets, [search])[0]) for each in (catalogue, there, gone)]
    shoes = bundle.items.filter(slot="shoes").height
    assert counts == [shoes, 1, shoes]


def test_one_update_shares_the_facts_and_vectors_of_all_other_items(bundle) -> None:
    rng = np.random.default_rng(0)
    catalogue = LiveCatalogue.of(Catalogue.of(bundle))
    items = [each for each in (drawn(rng, bundle) for _ in range(99)) if isinstance(each, NewItem)]
    first = catalogue.at(UpdateRecords().after(items[:5]))
    second = first.at(first.records.after([items[5]]))
    assert second.index.facts.settled is catalogue.index.facts.settled
    assert np.shares_memory(second.index.new.index.vectors, first.index.new.index.vectors)
    assert second.base is catalogue.base
