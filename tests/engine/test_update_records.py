from hypothesis import given, settings
from hypothesis import strategies as st

from engine.update_records import UpdateRecords
from engine.updates import ItemChange, ItemDeletion, ItemUpdate, fold

IDS = st.integers(0, 30).map(str)
UPDATES = st.lists(
    st.builds(ItemChange, item_id=IDS, price=st.none() | st.floats(0, 9))
    | st.builds(ItemDeletion, item_id=IDS),
    max_size=30,
)


def folded(updates: list[ItemUpdate]) -> dict[str, ItemUpdate]:
    """Every update in turn, in a plain dict."""
    found: dict[str, ItemUpdate] = {}
    for update in updates:
        found[update.item_id] = fold(found.get(update.item_id), update)
    return found


@settings(max_examples=40)
@given(UPDATES, UPDATES)
def test_records_are_a_plain_fold_and_differ_where_they_were_updated(first, second) -> None:
    earlier = UpdateRecords().after(first)
    later = earlier.after(second)
    for records, updates in ((earlier, first), (later, first + second)):
        expected = folded(updates)
        assert {record.item_id: record for record in records} == expected
        assert len(records) == len(expected)
        assert all(records.get(name) == record for name, record in expected.items())
    assert records.get("never") is None
    changed = later.since(earlier)
    before, now = folded(first), folded(first + second)
    assert all(changed[name] == now[name] for name in changed)
    assert {name for name in now if now[name] != before.get(name)} <= set(changed)
    assert set(earlier.since(later)) == set(changed)
    assert set(earlier.since(later).values()) <= {*before.values(), None}


def test_nothing_differs_from_itself() -> None:
    records = UpdateRecords().after([ItemChange(item_id="a", price=1.0)])
    assert records.since(records) == {}
    assert records.after([]).since(records) == {}
