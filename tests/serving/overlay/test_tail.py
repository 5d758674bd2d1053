"""What a replica remembers of the entries that it applied."""

from serving.overlay.tail import Tail
from tests.serving.overlay.some_updates import change, foreign, history, new_item


def test_the_oldest_entries_make_room_for_later_ones() -> None:
    tail = Tail(max_weight=4)
    entries = history([[change("a", 1)], [change("b", 2)], [change("c", 3)]])
    tail.extend(entries)
    assert tail.entries == tuple(entries[1:])


def test_an_entry_that_is_too_heavy_to_be_given_back_is_recognized() -> None:
    tail = Tail(max_weight=50)
    light, heavy, last = history([[change("a", 1)], [new_item("n")], [change("a", 2)]])
    tail.extend([light, heavy])
    assert heavy not in tail.entries
    assert tail.recognizes(light.mark)
    assert tail.recognizes(heavy.mark)
    assert not tail.recognizes(last.mark)


def test_another_entry_of_the_same_version_is_not_recognized() -> None:
    tail = Tail()
    (entry,) = history([[change("a", 1)]])
    tail.extend([entry])
    assert not tail.recognizes(foreign(entry.mark.version))
