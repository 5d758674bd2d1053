"""The catalogue with the updates in force: what questions can name and answers come from."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from data.errors import DuplicateError, SchemaError, UnknownItemError
from data.slots import slot_of
from data.tables import ITEM_SCHEMA, UNKNOWN_CATEGORY
from engine.catalogue import Catalogue
from engine.gathering import gathered, joined
from engine.inline_items import Placed
from engine.items import ItemTokens
from engine.lacking import lacking_of_each
from engine.live_index import LiveIndex
from engine.new_items import NewItems
from engine.requests import Item, ItemContent, Slot
from engine.update_records import UpdateRecords
from engine.updates import ItemChange, ItemDeletion, NewItem

BUNDLED, NEW, INLINE = range(3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiveCatalogue:
    """Never changed, only succeeded: a call that began with one ends with it.

    Args:
        base: of the bundle.
        records: the updates in force.
        index: with them in force.
    """

    base: Catalogue
    records: UpdateRecords
    index: LiveIndex

    @classmethod
    def of(cls, base: Catalogue) -> "LiveCatalogue":
        """The catalogue of a bundle, with no update in force."""
        return cls(base=base, records=UpdateRecords(), index=LiveIndex.of(base))

    def at(self, records: UpdateRecords) -> "LiveCatalogue":
        """The catalogue with these updates in force, whatever was in force before.

        Only what differs is looked at: one update costs the same beside any number of items.
        """
        changed = records.since(self.records)
        index = self.index.after(changed, self.records) if changed else self.index
        return LiveCatalogue(base=self.base, records=records, index=index)

    def holds(self, item_id: str) -> bool:
        """Whether the item is there now."""
        record = self.records.get(item_id)
        if isinstance(record, NewItem):
            return True
        return item_id in self.base.row_of and not isinstance(record, ItemDeletion)

    def item(self, item_id: str) -> dict[str, Any] | None:
        """What is known of an item, by the columns of the item table; None where it is not there.

        The title and all other content of a new item are as it came.
        """
        if not self.holds(item_id):
            return None
        record = self.records.get(item_id)
        if isinstance(record, NewItem):
            return _described(record, self._new.slot_name(self._new.row_of[item_id]))
        row = self.base.bundle.items.row(self.base.row_of[item_id], named=True)
        if isinstance(record, ItemChange):
            row["price"] = row["price"] if record.price is None else record.price
            row["availability"] = record.availability or row["availability"]
        return row

    def places(self, items: Sequence[Item], field: str) -> list[Placed]:
        """Each item with its place in the request.

        Raises:
            SchemaError: there is no item.
            DuplicateError: an item stands twice.
            UnknownItemError: an id is not of the catalogue.
        """
        if not items:
            raise SchemaError(expected="at least one item", got="none", field=field)
        placed = [(item, f"{field}[{position}]") for position, item in enumerate(items)]
        seen: set[str] = set()
        for item, where in placed:
            if isinstance(item, ItemContent):
                continue
            if not self.holds(item):
                raise UnknownItemError(
                    expected="an item of the catalogue", got=repr(item), field=where
                )
            if item in seen:
                raise DuplicateError(expected="each item once", got=f"{item!r} again", field=where)
            seen.add(item)
        return placed

    def look_up(self, placed: Sequence[Placed]) -> ItemTokens:
        """Tokens of items in their order.

        Raises:
            InputError: an inline item is wrong.
        """
        return self.join([item for item, _ in placed], [self.inline_tokens(placed)])

    def inline_tokens(self, placed: Sequence[Placed]) -> ItemTokens | None:
        """Tokens of the inline ones among items, in their order; None where there are none.

        Raises:
            InputError: one of them is wrong.
        """
        inline = [(item, where) for item, where in placed if isinstance(item, ItemContent)]
        if not inline:
            return None
        return self.base.bundle.model.encode(self.base.inline.features(inline))

    def join(self, items: Sequence[Item], inline: Sequence[ItemTokens | None]) -> ItemTokens:
        """Tokens of items in their order; those of the inline ones are given, also in order."""
        ids = [item for item in items if isinstance(item, str)]
        old = [each for each in ids if each not in self._new.row_of]
        new = [each for each in ids if each in self._new.row_of]
        tokens = gathered(self.base.tokens, [self.base.row_of[each] for each in old])
        if new:
            newer = self._new.tokens([self._new.row_of[each] for each in new])
            tokens = joined([tokens, newer])
        tokens = self._at_prices_of_now(tokens, [*old, *new])
        if len(old) == len(items):
            return tokens
        kind = np.array([self._kind(item) for item in items])
        place = np.argsort(np.argsort(kind, kind="stable"), kind="stable")
        given = [each for each in inline if each is not None]
        return gathered(joined([tokens, *given]), place.tolist())

    def _at_prices_of_now(self, tokens: ItemTokens, item_ids: Sequence[str]) -> ItemTokens:
        """The tokens with the prices that updates gave to their items."""
        records = map(self.records.get, item_ids)
        prices = {
            place: record.price
            for place, record in enumerate(records)
            if isinstance(record, ItemChange | NewItem) and record.price is not None
        }
        if not prices:
            return tokens
        log_price = tokens.log_prices.clone()
        for place, price in prices.items():
            log_price[place] = math.log(price) if price > 0 else torch.nan
        return replace(tokens, log_price=log_price)

    def wanted(self, slots: Sequence[Slot]) -> ItemTokens:
        """What slots ask for, as if it were items of that category and title; they are checked."""
        tokens = {slot: self._wish(slot) for slot in dict.fromkeys(slots)}
        return tokens[slots[0]] if len(slots) == 1 else joined([tokens[slot] for slot in slots])

    def check_slot(self, slot: Slot, field: str = "slot") -> None:
        """Refuse a slot that says nothing, or something unknown.

        Raises:
            SchemaError: it has neither a category nor a text.
            UnknownCategoryError: its category is neither of the catalogue nor a slot.
        """
        if slot.category is None and not (slot.text or "").strip():
            raise SchemaError(expected="a category or a text", got="neither", field=field)
        if slot.category is not None:
            self.base.inline.check_category(slot.category, f"{field}.category")

    def missing(self, item: Item) -> list[str]:
        """Modalities, and the category, that an item lacks; an unknown item lacks nothing."""
        (lacking,) = self.missing_of_each([[item]])
        return [entry.partition(":")[2] for entry in lacking]

    def missing_of_each(self, groups: Sequence[Sequence[Item]]) -> list[tuple[str, ...]]:
        """Modalities, and the category, that items of each group lack, as `position:modality`.

        An unknown item lacks nothing.
        """
        ids = {item for group in groups for item in group if isinstance(item, str)}
        bundled = [each for each in ids if self._is_bundled(each)]
        listed = self.base.lacking.of([self.base.row_of[each] for each in bundled])
        lacking = dict(zip(bundled, listed, strict=True))
        return [
            tuple(
                f"{position}:{name}"
                for position, item in enumerate(group)
                for name in self._lacks(item, lacking)
            )
            for group in groups
        ]

    def kind(self, item: Item) -> str | None:
        """The category in which to look for another of its kind; None where there is none."""
        names: Iterable[str | None]
        if isinstance(item, ItemContent):
            names = (item.category, slot_of(item.category or ""))
        elif item in self._new.row_of:
            names = self._new.names(self._new.row_of[item])
        else:
            row = self.base.bundle.items.row(self.base.row_of[item], named=True)
            names = (row["category"], row["slot"])
        return next((name for name in names if name and self.index.has(name)), None)

    def _lacks(self, item: Item, bundled: Mapping[str, tuple[str, ...]]) -> Sequence[str]:
        if isinstance(item, ItemContent):
            return self.base.inline.missing(item)
        if item not in self._new.row_of:
            return bundled.get(item, ())
        tokens = self._new.tokens([self._new.row_of[item]])
        (lacking,) = lacking_of_each(tokens, self.base.bundle.preparation.widths)
        return lacking

    def _is_bundled(self, item_id: str) -> bool:
        """Whether the item is there, as the bundle has it but for its price and stock."""
        return item_id not in self._new.row_of and self.holds(item_id)

    def _wish(self, slot: Slot) -> ItemTokens:
        """Tokens of one slot; those of a category alone are made once."""
        known = None if slot.text else self.base.wishes.get(slot.category or "")
        if known is not None:
            return known
        tokens = self.look_up([(ItemContent(category=slot.category, title=slot.text), "slot")])
        if slot.category and not slot.text:
            self.base.wishes[slot.category] = tokens
        return tokens

    @property
    def _new(self) -> NewItems:
        return self.index.new

    def _kind(self, item: Item) -> int:
        """Items of the bundle, then new ones, then inline ones."""
        if isinstance(item, ItemContent):
            return INLINE
        return NEW if item in self._new.row_of else BUNDLED


def _described(item: NewItem, slot: str | None) -> dict[str, Any]:
    content = item.content
    row: dict[str, Any] = dict.fromkeys(ITEM_SCHEMA)
    return row | {
        "item_id": item.item_id,
        "title": content.title,
        "description": content.description,
        "category": content.category or UNKNOWN_CATEGORY,
        "slot": slot,
        "attributes": [{"name": name, "value": v} for name, v in content.attributes.items()],
        "price": item.price,
        "availability": item.availability,
    }
