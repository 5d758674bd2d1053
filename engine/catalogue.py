"""The catalogue of a bundle: items by id or inline as tokens, and the search over its items."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import torch
from jaxtyping import Bool, Float32, Int64

from data.errors import DuplicateError, SchemaError, UnknownCategoryError, UnknownItemError
from data.slots import slot_of
from engine.bundle import Bundle
from engine.index import PartitionedIndex
from engine.inline_items import InlineItems, Placed
from engine.items import ItemTokens
from engine.presence import CATEGORY
from engine.requests import Complement, Filters, Item, ItemContent, Slot


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalogue:
    """What answers can come from, and what questions can name.

    Args:
        bundle: whose items these are.
        row_of: row of every item id.
        tokens: of every item; their vectors are mapped.
        index: over the same vectors.
        inline: encodes items that the catalogue does not hold.
    """

    bundle: Bundle
    row_of: dict[str, int]
    tokens: ItemTokens
    index: PartitionedIndex
    inline: InlineItems

    @classmethod
    def of(cls, bundle: Bundle) -> "Catalogue":
        """The catalogue of a loaded bundle."""
        items, preparation = bundle.items, bundle.preparation
        categories, slots = items["category"].to_list(), items["slot"].to_list()
        category, slot = preparation.numbers(categories, slots)
        return cls(
            bundle=bundle,
            row_of={item_id: row for row, item_id in enumerate(items["item_id"])},
            tokens=ItemTokens(category=category, slot=slot, vectors=bundle.mapped_vectors()),
            index=PartitionedIndex.build(bundle.vectors, categories, slots),
            inline=InlineItems(preparation=preparation, categories=frozenset(categories)),
        )

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
            if item not in self.row_of:
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

    def inline_tokens(self, placed: Sequence[Placed]) -> ItemTokens:
        """Tokens of the inline ones among items, in their order.

        Raises:
            InputError: one of them is wrong.
        """
        inline = [(item, where) for item, where in placed if isinstance(item, ItemContent)]
        if not inline:
            return self.tokens.take(torch.zeros(0, dtype=torch.int64))
        return self.bundle.model.encode(self.inline.features(inline))

    def join(self, items: Sequence[Item], inline: Sequence[ItemTokens]) -> ItemTokens:
        """Tokens of items in their order; of the inline ones they are given, also in order."""
        rows = torch.tensor(
            [self.row_of[item] for item in items if isinstance(item, str)], dtype=torch.int64
        )
        known = self.tokens.take(rows)
        if len(rows) == len(items):
            return known
        by_id = np.array([isinstance(item, str) for item in items])
        place = np.where(by_id, np.cumsum(by_id) - 1, len(rows) + np.cumsum(~by_id) - 1)
        return known.join(*inline).take(torch.from_numpy(place))

    def wanted(self, slots: Sequence[Slot]) -> ItemTokens:
        """What slots ask for, as if it were items of that category and title; they are checked."""
        contents = [ItemContent(category=slot.category, title=slot.text) for slot in slots]
        return self.look_up([(content, "slot") for content in contents])

    def check_slot(self, slot: Slot, field: str = "slot") -> None:
        """Refuse a slot that says nothing, or something unknown.

        Raises:
            SchemaError: it has neither a category nor a text.
            UnknownCategoryError: its category is neither of the catalogue nor a slot.
        """
        if slot.category is None and not (slot.text or "").strip():
            raise SchemaError(expected="a category or a text", got="neither", field=field)
        if slot.category is not None:
            self.inline.check_category(slot.category, f"{field}.category")

    def check_search(self, slot: Slot, k: int, filters: Filters) -> None:
        """Refuse what `search` would refuse, before anything is computed; raises as it does."""
        if k < 1:
            raise SchemaError(expected="k of at least 1", got=str(k), field="k")
        self._rows(slot)
        _conditions(filters)

    def missing(self, item: Item) -> list[str]:
        """Modalities, and the category, that an item lacks; an unknown item lacks nothing."""
        if isinstance(item, ItemContent):
            return self.inline.missing(item)
        row = self.row_of.get(item)
        if row is None:
            return []
        widths = self.bundle.preparation.widths
        ends = np.cumsum(list(widths.values()), dtype=np.int64)
        blocks = np.split(self.bundle.vectors[row], ends)[: len(widths)]
        lacking = [name for name, block in zip(widths, blocks, strict=True) if not block.any()]
        return lacking + ([] if self.tokens.category[row] else [CATEGORY])

    def missing_of(self, items: Sequence[Item]) -> tuple[str, ...]:
        """What items lack, as `position:modality`."""
        return tuple(
            f"{position}:{name}"
            for position, item in enumerate(items)
            for name in self.missing(item)
        )

    def kind(self, item: Item) -> str | None:
        """The category in which to look for another of its kind; None where there is none."""
        if isinstance(item, ItemContent):
            names: tuple[str | None, ...] = (item.category, slot_of(item.category or ""))
        else:
            row = self.bundle.items.row(self.row_of[item], named=True)
            names = (row["category"], row["slot"])
        return next((name for name in names if name in self.index.partitions), None)

    def search(
        self,
        targets: Float32[np.ndarray, "targets dim"],
        slot: Slot,
        k: int,
        *,
        filters: Filters,
        passed_over: Sequence[frozenset[str]],
    ) -> list[list[Complement]]:
        """At most k items of the slot nearest to each target.

        Args:
            targets: unit vectors.
            slot: wanted by all of them.
            k: at least 1.
            filters: on all answers.
            passed_over: ids that do not answer each target.

        Raises:
            UnknownCategoryError: the catalogue holds nothing of this category or slot.
            SchemaError: k or a filter is out of range.
        """
        self.check_search(slot, k, filters)
        longest = max(map(len, passed_over), default=0)
        rows = self._rows(slot)
        found = self.index.search(targets, rows[self._allowed(filters)[rows]], k + longest)
        ids = self.bundle.items["item_id"]
        return [
            [
                Complement(item_id=item_id, similarity=float(similarity))
                for item_id, similarity in zip(ids[rows].to_list(), similarities, strict=True)
                if item_id not in skipped
            ][:k]
            for rows, similarities, skipped in zip(
                found.rows, found.similarities, passed_over, strict=True
            )
        ]

    def _rows(self, slot: Slot) -> Int64[np.ndarray, " rows"]:
        """Rows of a category, else of the coarse slot that it names or belongs to, else all."""
        if slot.category is None:
            return np.arange(len(self.bundle.vectors))
        for name in (slot.category, slot_of(slot.category)):
            if name in self.index.partitions:
                return self.index.partitions[name]
        raise UnknownCategoryError(
            expected="a category or slot with items in the catalogue",
            got=repr(slot.category),
            field="slot.category",
        )

    def _allowed(self, filters: Filters) -> Bool[np.ndarray, " items"]:
        allowed = np.ones(len(self.bundle.vectors), np.bool_)
        excluded = [self.row_of[name] for name in filters.exclude if name in self.row_of]
        allowed[excluded] = False
        conditions = _conditions(filters)
        if conditions:
            passed = self.bundle.items.select(pl.all_horizontal(conditions).fill_null(value=False))
            allowed &= passed.to_series().to_numpy()
        return allowed


def _conditions(filters: Filters) -> list[pl.Expr]:
    """What an item must satisfy; an item without a price satisfies no limit on it."""
    low, high = filters.min_price, filters.max_price
    for name, price in (("min_price", low), ("max_price", high)):
        if price is not None and math.isnan(price):
            raise SchemaError(expected="a number", got="NaN", field=f"filters.{name}")
    if low is not None and high is not None and low > high:
        raise SchemaError(
            expected=f"a highest price of at least {low}", got=str(high), field="filters.max_price"
        )
    conditions = []
    if low is not None:
        conditions.append(pl.col("price") >= low)
    if high is not None:
        conditions.append(pl.col("price") <= high)
    if filters.in_stock_only:
        conditions.append(pl.col("availability") == "in_stock")
    return conditions
