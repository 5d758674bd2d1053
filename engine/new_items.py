"""Items that are newer than the bundle, with their tokens, facts and partitions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from jaxtyping import Int64

from data.slots import SLOTS
from engine.growing_rows import GrowingRows
from engine.index import PartitionedIndex
from engine.item_facts import IN_STOCK, Facts
from engine.items import ItemTokens
from engine.sharded_map import ShardedMap
from engine.updates import NewItem

MAX_GONE: Final = 1024
"""Rows of items that are gone or replaced before the rest moves together."""

NO_ROWS: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NewItems:
    """New items in the order in which they came; a row stays when its item goes.

    Args:
        items: of every row.
        row_of: row of every item that is there.
        category: number of every row's category.
        slot: number of every row's coarse slot.
        vectors: their first rows are the embeddings.
        facts: of every row.
        partitions: ascending rows by category and by coarse slot.
    """

    items: tuple[NewItem, ...]
    row_of: ShardedMap[int]
    category: torch.Tensor
    slot: torch.Tensor
    vectors: GrowingRows
    facts: Facts
    partitions: Mapping[str, Int64[np.ndarray, " rows"]]

    @classmethod
    def none(cls, dim: int) -> "NewItems":
        """No new item, for embeddings of `dim` numbers."""
        numbers = torch.zeros(0, dtype=torch.int64)
        return cls(
            items=(),
            row_of=ShardedMap(),
            category=numbers,
            slot=numbers,
            vectors=GrowingRows(dim),
            facts=facts_of([]),
            partitions={},
        )

    @property
    def index(self) -> PartitionedIndex:
        """Over all rows."""
        vectors = self.vectors.view(len(self.items))
        return PartitionedIndex(vectors=vectors, partitions=dict(self.partitions))

    def has(self, name: str) -> bool:
        """Whether an item of this category or slot is there."""
        return bool(self.facts.present[self.partitions.get(name, NO_ROWS)].any())

    def tokens(self, rows: Sequence[int]) -> ItemTokens:
        """Of the items at the rows."""
        at = torch.tensor(rows, dtype=torch.int64)
        vectors = torch.from_numpy(self.vectors.view(len(self.items))[list(rows)])
        return ItemTokens(category=self.category[at], slot=self.slot[at], vectors=vectors)

    def names(self, row: int) -> tuple[str, ...]:
        """Category and coarse slot of an item, as far as they are known."""
        names = (self.items[row].content.category, self.slot_name(row))
        return tuple(dict.fromkeys(name for name in names if name))

    def slot_name(self, row: int) -> str | None:
        """Coarse slot of an item; None where unknown."""
        number = int(self.slot[row])
        return SLOTS[number - 1] if number else None

    def without(self, item_ids: Sequence[str]) -> "NewItems":
        """The others; ids of no new item change nothing."""
        rows = np.array([self.row_of[each] for each in item_ids if each in self.row_of], np.int64)
        if not len(rows):
            return self
        gone = self.facts.take(rows)
        facts = self.facts.put(rows, replace(gone, present=np.zeros(len(rows), np.bool_)))
        return replace(self, row_of=self.row_of.without(item_ids), facts=facts)

    def changed(self, items: Sequence[NewItem]) -> "NewItems":
        """The same items with other prices and stock."""
        rows = np.array([self.row_of[item.item_id] for item in items], np.int64)
        return replace(self, facts=self.facts.put(rows, facts_of(items))) if len(rows) else self

    def joined(self, items: Sequence[NewItem], tokens: ItemTokens) -> "NewItems":
        """With more items, none of which is there."""
        first = len(self.items)
        joined = replace(
            self,
            items=(*self.items, *items),
            row_of=self.row_of.with_items(
                (item.item_id, row) for row, item in enumerate(items, start=first)
            ),
            category=torch.cat([self.category, tokens.category]),
            slot=torch.cat([self.slot, tokens.slot]),
            vectors=self.vectors.extended(first, tokens.vectors.numpy()),
            facts=self.facts.join(facts_of(items)),
        )
        return replace(joined, partitions=joined._partitions_from(first))._moved_together()

    def _partitions_from(self, first: int) -> dict[str, np.ndarray]:
        added: dict[str, list[int]] = {}
        for row in range(first, len(self.items)):
            for name in self.names(row):
                added.setdefault(name, []).append(row)
        return {
            **self.partitions,
            **{
                name: np.concatenate([self.partitions.get(name, NO_ROWS), rows])
                for name, rows in added.items()
            },
        }

    def _moved_together(self) -> "NewItems":
        """Without the rows of items that are gone, once they are many."""
        if len(self.items) - len(self.row_of) <= max(MAX_GONE, len(self.row_of)):
            return self
        rows = sorted(self.row_of.values())
        items = [self.items[row] for row in rows]
        fresh = NewItems.none(self.vectors.view(0).shape[1])
        moved = fresh.joined(items, self.tokens(rows))
        return replace(moved, facts=self.facts.take(np.array(rows, np.int64)))


def facts_of(items: Sequence[NewItem]) -> Facts:
    """What filters read of new items."""
    return Facts(
        price=np.array([np.nan if item.price is None else item.price for item in items], float),
        in_stock=np.array([item.availability == IN_STOCK for item in items], np.bool_),
        present=np.ones(len(items), np.bool_),
    )
