"""The index with the updates in force: what is gone never answers, what is new does."""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int64

from data.errors import SchemaError, UnknownCategoryError
from data.slots import slot_of
from engine.arrivals import tokens_of
from engine.catalogue import Catalogue
from engine.item_facts import IN_STOCK, Facts, ItemFacts
from engine.new_items import NO_ROWS, NewItems
from engine.parts import Neighbours, Part
from engine.requests import Filters, Slot
from engine.searches import Found, Search
from engine.update_records import UpdateRecords
from engine.updates import ItemChange, ItemDeletion, ItemUpdate, NewItem


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiveIndex:
    """Exact over the items of the bundle and the new ones together.

    Args:
        base: of the bundle.
        facts: of the items of the bundle.
        new: items that the bundle does not hold, or holds with other content.
    """

    base: Catalogue
    facts: ItemFacts
    new: NewItems

    @classmethod
    def of(cls, base: Catalogue) -> "LiveIndex":
        """The index of a bundle, with no update in force."""
        return cls(base=base, facts=base.facts, new=NewItems.none(base.bundle.vectors.shape[1]))

    def after(self, changed: Mapping[str, ItemUpdate | None], before: UpdateRecords) -> "LiveIndex":
        """The index with other records in force for some items.

        Args:
            changed: records by id; None where the item is as in the bundle again.
            before: all records that were in force.
        """
        items = [record for record in changed.values() if isinstance(record, NewItem)]
        same = [item for item in items if _same_content(before.get(item.item_id), item)]
        kept = {item.item_id for item in same}
        other = [item for item in items if item.item_id not in kept]
        left = self.new.without([each for each in changed if each not in kept]).changed(same)
        return replace(
            self,
            facts=self._facts_after(changed),
            new=left.joined(other, tokens_of(self.base, other)) if other else left,
        )

    def has(self, name: str) -> bool:
        """Whether the bundle has items of this category or slot, or new ones are there."""
        return name in self.base.index.partitions or self.new.has(name)

    def check(self, slot: Slot, k: int, filters: Filters) -> None:
        """Refuse what `search` would refuse, before anything is computed; raises as it does."""
        if k < 1:
            raise SchemaError(expected="k of at least 1", got=str(k), field="k")
        _check(filters)
        self._rows(slot)

    def search(
        self, targets: Float32[np.ndarray, "targets dim"], searches: Sequence[Search]
    ) -> list[Found]:
        """The items nearest to each target; of equals those of the bundle first.

        Args:
            targets: unit vectors, one a search.
            searches: as `check` lets them pass.

        Raises:
            UnknownCategoryError: the catalogue holds nothing of a category or slot.
        """
        base, new = (Neighbours.none(len(targets)) for _ in range(2))
        for filters, numbers in _grouped(searches, lambda one: one.filters).items():
            asked, own = targets[numbers], [searches[number] for number in numbers]
            old_parts, new_parts = self._parts(own, filters)
            base.put(numbers, self.base.index.search_parts(asked, old_parts))
            if new_parts:
                new.put(numbers, self.new.index.search_parts(asked, new_parts))
        return [
            _best(self._named(base, number), self._new_named(new, number), search)
            for number, search in enumerate(searches)
        ]

    def _facts_after(self, changed: Mapping[str, ItemUpdate | None]) -> ItemFacts:
        row_of = self.base.row_of
        rows = {row_of[each]: record for each, record in changed.items() if each in row_of}
        if not rows:
            return self.facts
        at = np.array(sorted(rows), np.int64)
        before = self.base.facts.at(at)
        records = [rows[row] for row in at.tolist()]
        return self.facts.put(at, _updated(before, records))

    def _rows(
        self, slot: Slot
    ) -> tuple[Int64[np.ndarray, " rows"], Int64[np.ndarray, " new_rows"]]:
        """Rows of a category, else of the coarse slot that it names or belongs to, else all."""
        if slot.category is None:
            return np.arange(len(self.base.bundle.vectors)), np.arange(len(self.new.items))
        for name in (slot.category, slot_of(slot.category)):
            if name is not None and self.has(name):
                old, new = self.base.index.partitions, self.new.partitions
                return old.get(name, NO_ROWS), new.get(name, NO_ROWS)
        raise UnknownCategoryError(
            expected="a category or slot with items in the catalogue",
            got=repr(slot.category),
            field="slot.category",
        )

    def _parts(self, searches: Sequence[Search], filters: Filters) -> tuple[list[Part], list[Part]]:
        """What searches with these filters look through, of the bundle and of the new items."""
        old, new = [], []
        for numbers in _grouped(searches, _looks_through).values():
            rows, new_rows = self._rows(searches[numbers[0]].slot)
            k = max(searches[number].reach for number in numbers)
            allowed = self._allowed(rows, filters)
            old.append(Part(queries=numbers, rows=rows, allowed=allowed, k=k))
            if len(new_rows):
                allowed = self._new_allowed(new_rows, filters)
                new.append(Part(queries=numbers, rows=new_rows, allowed=allowed, k=k))
        return old, new

    def _allowed(
        self, rows: Int64[np.ndarray, " rows"], filters: Filters
    ) -> Bool[np.ndarray, " rows"] | None:
        """Which rows may answer; None where all may."""
        passing = self.facts.passing(rows, filters)
        excluded = [self.base.row_of[each] for each in filters.exclude if each in self.base.row_of]
        return _without(excluded, rows, passing)

    def _new_allowed(
        self, rows: Int64[np.ndarray, " rows"], filters: Filters
    ) -> Bool[np.ndarray, " rows"] | None:
        """Which rows of new items may answer."""
        passing = self.new.facts.take(rows).passing(filters)
        excluded = [self.new.row_of[each] for each in filters.exclude if each in self.new.row_of]
        return _without(excluded, rows, passing)

    def _named(self, found: Neighbours, number: int) -> Found:
        ids = [self.base.ids[row] for row in found.rows[number].tolist()]
        return Found(item_ids=ids, similarities=found.similarities[number].tolist())

    def _new_named(self, found: Neighbours, number: int) -> Found:
        ids = [self.new.items[row].item_id for row in found.rows[number].tolist()]
        return Found(item_ids=ids, similarities=found.similarities[number].tolist())


def _grouped(
    searches: Sequence[Search], key: Callable[[Search], Hashable]
) -> dict[Any, Int64[np.ndarray, " searches"]]:
    """Numbers of the searches by key."""
    groups: dict[Any, list[int]] = {}
    for number, search in enumerate(searches):
        groups.setdefault(key(search), []).append(number)
    return {one: np.array(numbers) for one, numbers in groups.items()}


def _looks_through(search: Search) -> tuple[str | None, int]:
    """Its category, and the order of its reach, so that one of a thousand widens no other."""
    return search.slot.category, search.reach.bit_length()


def _without(
    excluded: Sequence[int],
    rows: Int64[np.ndarray, " rows"],
    allowed: Bool[np.ndarray, " rows"] | None,
) -> Bool[np.ndarray, " rows"] | None:
    if not excluded:
        return allowed
    others: np.ndarray = ~np.isin(rows, excluded)
    return others if allowed is None else allowed & others


def _best(first: Found, second: Found, search: Search) -> Found:
    """The nearest of both that are not passed over; of equals those that come first."""
    both = [
        *zip(first.item_ids, first.similarities, strict=True),
        *zip(second.item_ids, second.similarities, strict=True),
    ]
    if len(second):
        both.sort(key=lambda one: -one[1])
    kept = [one for one in both if one[0] not in search.passed_over][: search.k]
    return Found(item_ids=[one[0] for one in kept], similarities=[one[1] for one in kept])


def _same_content(before: ItemUpdate | None, item: NewItem) -> bool:
    return isinstance(before, NewItem) and before.content is item.content


def _updated(before: Facts, records: Sequence[ItemUpdate | None]) -> Facts:
    """What the item table says, and the updates say otherwise."""
    price, in_stock = before.price.copy(), before.in_stock.copy()
    for at, record in enumerate(records):
        if isinstance(record, ItemChange):
            price[at] = price[at] if record.price is None else record.price
            if record.availability is not None:
                in_stock[at] = record.availability == IN_STOCK
    present = [not isinstance(record, ItemDeletion | NewItem) for record in records]
    return Facts(price=price, in_stock=in_stock, present=np.array(present, np.bool_))


def _check(filters: Filters) -> None:
    low, high = filters.min_price, filters.max_price
    for name, price in (("min_price", low), ("max_price", high)):
        if price is not None and math.isnan(price):
            raise SchemaError(expected="a number", got="NaN", field=f"filters.{name}")
    if low is not None and high is not None and low > high:
        raise SchemaError(
            expected=f"a highest price of at least {low}", got=str(high), field="filters.max_price"
        )
