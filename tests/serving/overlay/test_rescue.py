from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.update_records import UpdateRecords
from engine.updates import ItemDeletion, ItemUpdate
from serving.overlay.log import Replay
from serving.overlay.rescue import Rescue, rescue
from serving.overlay.state import ROOT, Entry, Mark, OverlayState, advance
from serving.overlay.update_codec import encode_state
from tests.serving.overlay.some_updates import BATCHES, change, foreign, history, new_item, prices


def forked(
    common: Sequence[Sequence[ItemUpdate]], newer: Sequence[Sequence[ItemUpdate]]
) -> list[Entry]:
    """A log that kept the common entries only and went on with others."""
    entries = history([*common, *newer])
    kept = len(common)
    renamed = [
        Entry(
            previous=entry.previous if number == kept else entry.previous + "'",
            mark=Mark(version=entry.mark.version, token=entry.mark.token + "'"),
            updates=entry.updates,
        )
        for number, entry in enumerate(entries)
        if number >= kept
    ]
    return entries[:kept] + renamed


def after_rescue(found: Rescue) -> OverlayState:
    return replace(found.state, records=found.state.records.after(found.updates))


def records_of(state: OverlayState) -> list[bytes]:
    return list(encode_state(state))[1:]


@settings(max_examples=40)
@given(BATCHES, BATCHES, BATCHES, st.data())
def test_what_was_lost_stands_before_what_is_newer_and_nothing_else_changes(
    common, lost, newer, data
) -> None:
    mine = history([*common, *lost])
    theirs = forked(common, newer)
    covered = data.draw(st.integers(0, len(theirs)))
    kept_from = min(covered, len(common))
    replay = Replay(
        snapshot=advance(OverlayState(), theirs[:covered]), entries=tuple(theirs[kept_from:])
    )
    tail = mine[data.draw(st.integers(0, len(common))) :]
    found = rescue(advance(OverlayState(), mine), tail, replay)
    expected = advance(OverlayState(), history([*common, *lost, *newer]))
    assert records_of(after_rescue(found)) == records_of(expected)
    assert found.forked == bool(lost)


@settings(max_examples=40)
@given(BATCHES, BATCHES, st.booleans())
def test_a_log_that_only_went_on_is_given_nothing(common, newer, remembered) -> None:
    entries = history([*common, *newer])
    mine = advance(OverlayState(), entries[: len(common)])
    tail = entries[: len(common)] if remembered else []
    whole = advance(OverlayState(), entries)
    for replay in (
        Replay(snapshot=OverlayState(), entries=tuple(entries)),
        Replay(snapshot=whole, entries=()),
    ):
        found = rescue(mine, tail, replay)
        assert found.updates == ()
        assert not found.forked
        assert records_of(found.state) == records_of(whole)


@settings(max_examples=40)
@given(BATCHES, BATCHES.filter(bool), BATCHES, BATCHES, st.data())
def test_what_another_replica_gave_back_of_less_is_not_newer_than_what_was_lost_after_it(
    common, lost, newer, newest, data
) -> None:
    mine = history([*common, *lost])
    behind = mine[: len(common) + data.draw(st.integers(1, len(lost)))]
    theirs = forked(common, newer)
    first = rescue(advance(OverlayState(), behind), behind, of_entries(theirs))
    updates = [first.updates, *(tuple(each) for each in newest)]
    for number, each in enumerate(updates):
        previous = theirs[-1].mark if theirs else ROOT
        theirs.append(
            Entry(
                previous=previous.token,
                mark=Mark(version=previous.version + 1, token=f"given-{number}"),
                updates=each,
                gives_back="" if number else behind[-1].mark.token,
            )
        )
    found = rescue(advance(OverlayState(), mine), mine, of_entries(theirs))
    expected = advance(OverlayState(), history([*common, *lost, *newer, *newest]))
    assert records_of(after_rescue(found)) == records_of(expected)


def test_what_a_log_happens_to_say_already_is_given_back_once_for_those_who_knew_less() -> None:
    ahead = history([[change("a", 1)], [change("a", 2)], [change("a", 1)]])
    behind, kept = ahead[:2], ahead[:1]
    found = rescue(advance(OverlayState(), ahead), ahead, of_entries(kept))
    assert found.updates == (change("a", 1),)
    given = Entry(
        previous=kept[-1].mark.token,
        mark=foreign(4),
        updates=found.updates,
        gives_back=ahead[-1].mark.token,
    )
    for mine in (ahead, behind):
        found = rescue(advance(OverlayState(), mine), mine, of_entries([*kept, given]))
        assert (found.updates, found.forked) == ((), True)


def of_entries(entries: Sequence[Entry]) -> Replay:
    return Replay(snapshot=OverlayState(), entries=tuple(entries))


def test_a_log_without_a_common_entry_gets_what_it_does_not_say() -> None:
    mine = advance(
        OverlayState(),
        history([[change("a", 1), change("b", 1), new_item("n"), ItemDeletion(item_id="d")]]),
    )
    records = UpdateRecords().after([change("a", 2), change("d", 3)])
    theirs = OverlayState(mark=foreign(1), records=records)
    found = rescue(mine, [], Replay(snapshot=theirs, entries=()))
    assert found.forked
    assert prices(after_rescue(found)) == {"a": 2.0, "b": 1.0, "n": None}


def test_another_history_of_the_same_version_is_a_fork_though_nothing_is_missing() -> None:
    """Its states must get a version of their own."""
    mine = advance(OverlayState(), history([[change("a", 1)]]))
    for version, forked in ((1, True), (2, False)):
        theirs = OverlayState(mark=foreign(version), records=mine.records)
        found = rescue(mine, [], Replay(snapshot=theirs, entries=()))
        assert (found.updates, found.forked) == ((), forked)


def test_a_lost_update_that_was_overwritten_is_not_given_back_but_counts_as_a_fork() -> None:
    theirs = forked([], [[change("a", 2)]])
    mine = history([[change("a", 1)]])
    found = rescue(
        advance(OverlayState(), mine),
        mine,
        Replay(snapshot=OverlayState(), entries=tuple(theirs)),
    )
    assert (found.updates, found.forked) == ((), True)
