"""What the updates of every item come to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.sharded_map import ShardedMap
from engine.updates import ItemUpdate, fold


@dataclass(frozen=True, slots=True, eq=False)
class UpdateRecords:
    """The folded update of each updated item, by id; never changed, cheap to succeed."""

    _by_id: ShardedMap[ItemUpdate] = field(default_factory=ShardedMap)

    def __len__(self) -> int:
        """Number of items."""
        return len(self._by_id)

    def __iter__(self) -> Iterator[ItemUpdate]:
        """The record of every item, in no order."""
        return iter(self._by_id.values())

    def get(self, item_id: str) -> ItemUpdate | None:
        """The record of an item; None where it was not updated."""
        return self._by_id.get(item_id)

    def after(self, updates: Iterable[ItemUpdate]) -> "UpdateRecords":
        """The records after these updates, in their order."""
        folded: dict[str, ItemUpdate] = {}
        for update in updates:
            before = folded.get(update.item_id) or self._by_id.get(update.item_id)
            folded[update.item_id] = fold(before, update)
        return UpdateRecords(self._by_id.with_items(folded.items()))

    def since(self, earlier: "UpdateRecords") -> dict[str, ItemUpdate | None]:
        """Records that are not those of `earlier`, by id; None where there is none any more."""
        return self._by_id.since(earlier._by_id)
