"""What the live index is asked for each question, and what it finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.questions import NO_FILTERS
from engine.requests import Filters, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """At most k items of a slot.

    Args:
        slot: what is wanted.
        k: at least 1.
        filters: on what may answer.
        passed_over: ids that do not answer.
    """

    slot: Slot
    k: int
    filters: Filters = NO_FILTERS
    passed_over: frozenset[str] = frozenset()

    @property
    def reach(self) -> int:
        """Items among which the answers are, whichever are passed over."""
        return self.k + len(self.passed_over)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """Items by id, nearest to the target first, and their similarities to it."""

    item_ids: Sequence[str]
    similarities: Sequence[float]

    def __len__(self) -> int:
        """Number of items."""
        return len(self.item_ids)
