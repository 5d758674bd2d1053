"""What a replica gives back to a log that lost updates which the replica has applied."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.update_records import UpdateRecords
from engine.updates import ItemUpdate, fold
from serving.overlay.log import Replay
from serving.overlay.state import Entry, OverlayState


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rescue:
    """What came of comparing.

    Args:
        state: of the log.
        updates: that the log lost, as they would stand now had it not.
        forked: the log did lose something, if only what was overwritten since.
        tail: the last entries up to the state, as many as the replica or the log remembers.
    """

    state: OverlayState
    updates: tuple[ItemUpdate, ...]
    forked: bool
    tail: tuple[Entry, ...]


def rescue(mine: OverlayState, tail: Sequence[Entry], replay: Replay) -> Rescue:
    """Compare what a replica applied with what its log holds.

    The last entry that both know parts the two histories: what the replica applied after it was
    lost, and what the log holds after it is newer and stays in force. Where they know no entry
    together, everything that the replica holds counts as lost, and everything in the log as newer;
    a log that only went on for long says all of that already, and nothing is given back.

    Another replica may have given back less before: what it gave is as old as the last entry that
    it knew, and not newer than what was lost after that. One that knew less may also come later: so
    what was lost is given back once even where the log already says it, of a time before the loss.

    Args:
        mine: state of the replica.
        tail: the last entries that it applied, up to its mark; empty where it remembers none.
        replay: what the log holds.
    """
    theirs = replay.state()
    known = [tail[0].previous if tail else mine.mark.token, *(one.mark.token for one in tail)]
    held = [*(one.previous for one in replay.entries[:1]), replay.snapshot.mark.token]
    held += [one.mark.token for one in replay.entries]
    common = _last_in(known, frozenset(held))
    if common is None:
        updates = _missing(theirs.records, _of_both(mine.records, theirs.records))
        forked = bool(updates) or mine.version >= theirs.version
        return Rescue(state=theirs, updates=updates, forked=forked, tail=replay.entries)
    lost, since = tail[common:], _after(known[common], replay.entries)
    gone = {one.mark.token for one in lost}
    newer = [one for one in since if one.gives_back not in gone]
    is_given = any(one.gives_back == mine.mark.token for one in since)
    told = theirs.records if is_given else _replayed(newer, ())
    updates = _missing(told, _replayed(lost, newer))
    longer = max(replay.entries, (*tail[:common], *since), key=len)
    return Rescue(state=theirs, updates=updates, forked=bool(lost), tail=longer)


def _last_in(known: Sequence[str], held: Collection[str]) -> int | None:
    positions = [position for position, token in enumerate(known) if token in held]
    return positions[-1] if positions else None


def _after(token: str, entries: Sequence[Entry]) -> Sequence[Entry]:
    start = [number for number, one in enumerate(entries) if one.previous == token]
    return entries[start[0] :] if start else ()


def _replayed(lost: Sequence[Entry], newer: Sequence[Entry]) -> UpdateRecords:
    """Of every item that was lost: what was lost, then what is newer."""
    records = UpdateRecords().after(update for entry in lost for update in entry.updates)
    return records.after(
        update
        for entry in newer
        for update in entry.updates
        if records.get(update.item_id) is not None
    )


def _of_both(mine: UpdateRecords, theirs: UpdateRecords) -> UpdateRecords:
    """Of every item of mine: my record, then theirs."""
    newer = (theirs.get(record.item_id) for record in mine)
    return mine.after(record for record in newer if record is not None)


def _missing(told: UpdateRecords, wanted: UpdateRecords) -> tuple[ItemUpdate, ...]:
    """Records that would change those that were told."""
    return tuple(record for record in wanted if not _says(told.get(record.item_id), record))


def _says(before: ItemUpdate | None, record: ItemUpdate) -> bool:
    if before is None:
        return False
    after = fold(before, record)
    return after is before or after == before
