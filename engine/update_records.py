"""What the updates of every item come to, as a map that is never changed and cheap to succeed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from engine.updates import ItemUpdate, fold

NUM_SHARDS: Final = 1024
EMPTY: Final[dict[str, ItemUpdate]] = {}


@dataclass(frozen=True, slots=True, eq=False)
class UpdateRecords:
    """The folded update of each updated item, by id.

    A successor shares every shard that its updates do not touch: an update copies one part in
    1024 of the map.
    """

    _shards: tuple[dict[str, ItemUpdate], ...] = field(default=(EMPTY,) * NUM_SHARDS)

    def __len__(self) -> int:
        """Number of items."""
        return sum(map(len, self._shards))

    def __iter__(self) -> Iterator[ItemUpdate]:
        """The record of every item, in no order."""
        for shard in self._shards:
            yield from shard.values()

    def get(self, item_id: str) -> ItemUpdate | None:
        """The record of an item; None where it was not updated."""
        return self._shards[hash(item_id) % NUM_SHARDS].get(item_id)

    def after(self, updates: Iterable[ItemUpdate]) -> "UpdateRecords":
        """The records after these updates, in their order."""
        shards, copied = list(self._shards), set[int]()
        for update in updates:
            number = hash(update.item_id) % NUM_SHARDS
            if number not in copied:
                shards[number] = dict(shards[number])
                copied.add(number)
            before = shards[number].get(update.item_id)
            shards[number][update.item_id] = fold(before, update)
        return UpdateRecords(tuple(shards))

    def since(self, earlier: "UpdateRecords") -> dict[str, ItemUpdate | None]:
        """Records that are not those of `earlier`, by id; None where there is none any more."""
        changed: dict[str, ItemUpdate | None] = {}
        for now, then in zip(self._shards, earlier._shards, strict=True):
            if now is not then:
                changed |= {name: one for name, one in now.items() if then.get(name) is not one}
                changed |= dict.fromkeys(then.keys() - now.keys())
        return changed
