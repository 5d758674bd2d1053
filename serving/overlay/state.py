"""The state of the overlay: a pure fold over the entries of the log."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.update_records import UpdateRecords
from engine.updates import ItemUpdate
from serving.overlay.errors import LogForkedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point in the history of a log.

    Args:
        version: counts up; a log that lost its end may use a number again.
        token: drawn at random for each entry, so that two histories never share a mark.
    """

    version: int = 0
    token: str = ""


ROOT = Mark()
"""Before the first entry of any history."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """Updates that were appended together.

    Args:
        previous: token of the entry before.
        mark: of this entry.
        updates: in their order.
        gives_back: token of the last entry that was in force where these updates come from, if they
            are what the log had lost of it and of those before; empty where a caller sent them.
    """

    previous: str
    mark: Mark
    updates: tuple[ItemUpdate, ...]
    gives_back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OverlayState:
    """What the entries up to a mark come to; never changed, only succeeded.

    Args:
        mark: of the last entry.
        records: the folded update of every updated item.
    """

    mark: Mark = ROOT
    records: UpdateRecords = field(default_factory=UpdateRecords)

    @property
    def version(self) -> int:
        """Of the overlay; on one replica it never goes back."""
        return self.mark.version


def advance(state: OverlayState, entries: Iterable[Entry]) -> OverlayState:
    """The state after these entries; those that it covers already change nothing.

    Args:
        state: of the same history.
        entries: in the order of the log.

    Raises:
        LogForkedError: an entry does not follow the one before.
    """
    mark, updates = state.mark, list[ItemUpdate]()
    for entry in entries:
        if entry.mark.version <= mark.version:
            continue
        if entry.previous != mark.token:
            raise LogForkedError(
                expected=f"the entry after version {mark.version}",
                got=f"version {entry.mark.version} of another history",
                where="update log",
            )
        updates += entry.updates
        mark = entry.mark
    return OverlayState(mark=mark, records=state.records.after(updates))
