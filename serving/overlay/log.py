"""The protocol of the ordered log that all replicas of a shop follow."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from engine.updates import ItemUpdate
from serving.overlay.state import Entry, Mark, OverlayState, advance

KEPT_ENTRIES = 1_000
"""Entries kept though a snapshot covers them, for replicas that are a little behind it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replay:
    """Everything that a log holds.

    Args:
        snapshot: the latest; the empty state where none was taken.
        entries: all that are kept, some of them perhaps covered by the snapshot.
    """

    snapshot: OverlayState
    entries: tuple[Entry, ...]

    def state(self) -> OverlayState:
        """What it all comes to."""
        return advance(self.snapshot, self.entries)


@runtime_checkable
class UpdateLog(Protocol):
    """An ordered, durable log of updates with snapshots.

    Every method raises leaves of `UpdateLogError`.
    """

    async def append(
        self,
        updates: Sequence[ItemUpdate],
        *,
        after: Mark | None = None,
        at_least: int = 0,
        gives_back: str = "",
    ) -> Mark:
        """The mark of the new entry, once it is durable.

        Args:
            updates: that become one entry: all of them are in the log, or none.
            after: append only if this is the last entry; None appends after any.
            at_least: the least version of the new entry.
            gives_back: as of `Entry`.

        Raises:
            SchemaError: the updates are too large for one entry.
            LogForkedError: the last entry is not `after`.
            LogLostError: the log was never seeded, or lost what it held.
        """
        ...

    def follow(self, after: Mark) -> AsyncGenerator[tuple[Entry, ...], None]:
        """Entries after a mark as they come; now and then an empty tuple as a sign of life.

        Raises:
            LogForkedError: the log does not hold the mark, or not any more.
            LogLostError: as of `append`.
        """
        ...

    async def replay(self) -> Replay | None:
        """What a replica that starts late reads; None where the log holds nothing.

        Raises:
            LogDamagedError: it cannot be read.
        """
        ...

    async def seed(self, state: OverlayState) -> None:
        """Make a state the beginning of a log that holds nothing, or is damaged since that state.

        Raises:
            LogForkedError: it holds something else already.
        """
        ...

    async def snapshot(self, state: OverlayState, *, ahead: int = 1) -> int:
        """Keep a state and trim the entries that it covers: the version that is kept now.

        Args:
            state: to be kept, unless what is kept already is of a version too near, or later.
            ahead: by how many versions it has to be later.

        Raises:
            LogForkedError: the log does not hold the mark of the state.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...
