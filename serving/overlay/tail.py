"""The last entries that a replica applied: what it could give back to a log that lost them."""

from collections import deque
from collections.abc import Iterable
from itertools import takewhile
from typing import Final

from engine.updates import NewItem
from serving.overlay.state import Entry, Mark

MAX_WEIGHT: Final = 100_000
NEW_ITEM_WEIGHT: Final = 100
"""Changes that take as much memory as a new item with its vectors."""


class Tail:
    """Entries up to a bounded weight; the oldest go first."""

    def __init__(self, max_weight: int = MAX_WEIGHT) -> None:
        self._max_weight = max_weight
        self._weight = 0
        self._entries: deque[Entry] = deque()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """In the order of the log."""
        return tuple(self._entries)

    def holds(self, mark: Mark) -> bool:
        """Whether the entry of a mark is among them."""
        later = takewhile(lambda one: one.mark.version >= mark.version, reversed(self._entries))
        return any(one.mark == mark for one in later)

    def extend(self, entries: Iterable[Entry]) -> None:
        """Remember entries, each the successor of the one before."""
        for entry in entries:
            self._entries.append(entry)
            self._weight += _weight(entry)
        while self._weight > self._max_weight:
            self._weight -= _weight(self._entries.popleft())


def _weight(entry: Entry) -> int:
    return 1 + sum(
        NEW_ITEM_WEIGHT if isinstance(update, NewItem) else 1 for update in entry.updates
    )
