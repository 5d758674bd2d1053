"""The index with the updates in force: what is gone never answers, what is new does."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, Int64

from data.errors import SchemaError, UnknownCategoryError
from data.slots import slot_of
from engine.arrivals import tokens_of
from engine.catalogue import Catalogue
from engine.index import Neighbours
from engine.item_facts import IN_STOCK, Facts, ItemFacts
from engine.new_items import NO_ROWS, NewItems
from engine.requests import Complement, Filters, Slot
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
        self,
        targets: Float32[np.ndarray, "targets dim"],
        slot: Slot,
        k: int,
        *,
        filters: Filters,
        passed_over: Sequence[frozenset[str]],
    ) -> list[list[Complement]]:
        """At most k items of the slot nearest to each target; of equals those of the bundle first.

        Args:
            targets: unit vectors.
            slot: wanted by all of them.
            k: at least 1; it and the filters as `check` lets them pass.
            filters: on all answers.
            passed_over: ids that do not answer each target.

        Raises:
            UnknownCategoryError: the catalogue holds nothing of this category or slot.
        """
        rows, new_rows = self._rows(slot)
        wide = k + max(map(len, passed_over), default=0)
        found = self._search_base(targets, rows, wide, filters=filters)
        new_found = self._search_new(targets, new_rows, wide, filters=filters)
        return [
            _best(self._named(found, number), self._new_named(new_found, number), skipped, k)
            for number, skipped in enumerate(passed_over)
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

    def _search_base(
        self,
        targets: Float32[np.ndarray, "targets dim"],
        rows: Int64[np.ndarray, " rows"],
        k: int,
        *,
        filters: Filters,
    ) -> Neighbours:
        allowed = self.facts.at(rows).passing(filters)
        excluded = [self.base.row_of[each] for each in filters.exclude if each in self.base.row_of]
        if excluded:
            allowed = allowed & ~np.isin(rows, excluded)
        return self.base.index.search_allowed(targets, rows, allowed, k)

    def _search_new(
        self,
        targets: Float32[np.ndarray, "targets dim"],
        rows: Int64[np.ndarray, " rows"],
        k: int,
        *,
        filters: Filters,
    ) -> Neighbours:
        allowed = self.new.facts.take(rows).passing(filters)
        excluded = [self.new.row_of[each] for each in filters.exclude if each in self.new.row_of]
        if excluded:
            allowed = allowed & ~np.isin(rows, excluded)
        return self.new.index.search(targets, rows[allowed], k)

    def _named(self, found: Neighbours, number: int) -> list[Complement]:
        ids = [self.base.ids[row] for row in found.rows[number].tolist()]
        return _complements(ids, found.similarities[number])

    def _new_named(self, found: Neighbours, number: int) -> list[Complement]:
        ids = [self.new.items[row].item_id for row in found.rows[number]]
        return _complements(ids, found.similarities[number])


def _complements(
    ids: Sequence[str], similarities: Float32[np.ndarray, " found"]
) -> list[Complement]:
    return [
        Complement(item_id=item_id, similarity=similarity)
        for item_id, similarity in zip(ids, similarities.tolist(), strict=True)
    ]


def _best(
    first: list[Complement], second: list[Complement], skipped: frozenset[str], k: int
) -> list[Complement]:
    """The nearest of both; of equals those that come first."""
    both = sorted([*first, *second], key=lambda one: -one.similarity) if second else first
    return [one for one in both if one.item_id not in skipped][:k]


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
