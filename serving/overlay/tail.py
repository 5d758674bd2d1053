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

MAX_MARKS: Final = 10_000
"""Entries that are recognized, however heavy they are."""


class Tail:
    """Entries up to a bounded weight; the oldest go first."""

    def __init__(self, max_weight: int = MAX_WEIGHT) -> None:
        self._max_weight = max_weight
        self._weight = 0
        self._entries: deque[Entry] = deque()
        self._marks: deque[Mark] = deque(maxlen=MAX_MARKS)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """In the order of the log."""
        return tuple(self._entries)

    def recognizes(self, mark: Mark) -> bool:
        """Whether the entry of a mark was applied, and is not long gone."""
        return mark in takewhile(lambda one: one.version >= mark.version, reversed(self._marks))

    def extend(self, entries: Iterable[Entry]) -> None:
        """Remember entries, each the successor of the one before."""
        for entry in entries:
            self._entries.append(entry)
            self._marks.append(entry.mark)
            self._weight += _weight(entry)
        while self._weight > self._max_weight:
            self._weight -= _weight(self._entries.popleft())


def _weight(entry: Entry) -> int:
    return 1 + sum(
        NEW_ITEM_WEIGHT if isinstance(update, NewItem) else 1 for update in entry.updates
    )
