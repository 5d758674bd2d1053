import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.updates import ItemDeletion
from serving.overlay.errors import LogForkedError
from serving.overlay.state import ROOT, OverlayState, advance
from serving.overlay.update_codec import decode_state, encode_state
from tests.serving.overlay.some_updates import BATCHES, change, history, new_item, prices, same


@settings(max_examples=40)
@given(BATCHES, st.data())
def test_any_split_into_a_snapshot_and_the_rest_gives_the_same_state(batches, data) -> None:
    entries = history(batches)
    whole = advance(OverlayState(), entries)
    covered = data.draw(st.integers(0, len(entries)))
    kept_from = data.draw(st.integers(0, covered))
    snapshot = decode_state(
        list(encode_state(advance(OverlayState(), entries[:covered]))), "snapshot"
    )
    pieces = data.draw(st.lists(st.integers(kept_from, len(entries)), max_size=3).map(sorted))
    state, start = snapshot, kept_from
    for end in [*pieces, len(entries)]:
        state, start = advance(state, entries[start:end]), end
    assert same(state, whole)
    assert state.mark == whole.mark


@settings(max_examples=40)
@given(BATCHES)
def test_one_update_at_a_time_is_all_at_once(batches) -> None:
    one_by_one = [[update] for batch in batches for update in batch]
    together = advance(OverlayState(), history([[u for batch in batches for u in batch]]))
    apart = advance(OverlayState(), history(one_by_one))
    assert list(encode_state(together))[1:] == list(encode_state(apart))[1:]


def test_a_state_is_succeeded_and_never_changed() -> None:
    first = advance(OverlayState(), history([[change("a", 1), new_item("n", price=5)]]))
    second = advance(first, history([[], [change("n", 6), ItemDeletion(item_id="a")]])[1:])
    assert prices(first) == {"a": 1.0, "n": 5.0}
    assert prices(second) == {"n": 6.0}
    assert (OverlayState().version, first.version, second.version) == (0, 1, 2)
    assert OverlayState().mark == ROOT


def test_an_entry_of_another_history_is_not_applied() -> None:
    entries = history([[change("a", 1)], [change("a", 2)], [change("a", 3)]])
    with pytest.raises(LogForkedError, match="version 3 of another history"):
        advance(OverlayState(), [entries[0], entries[2]])
