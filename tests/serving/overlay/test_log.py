"""One suite over both logs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from data.errors import SchemaError
from engine.updates import ItemDeletion
from serving.overlay import file_log, redis_log
from serving.overlay.errors import LogDamagedError, LogForkedError, LogLostError
from serving.overlay.log import UpdateLog
from serving.overlay.state import ROOT, Entry, Mark, OverlayState, advance
from tests.serving.overlay.log_places import FilePlace, opened, run_on
from tests.serving.overlay.some_updates import change, foreign, new_item, prices, same


async def following(log: UpdateLog, after: Mark, count: int) -> list[Entry]:
    """The first entries after a mark."""
    found: list[Entry] = []
    async with aclosing(log.follow(after)) as pages:
        async for entries in pages:
            found += entries
            if len(found) >= count:
                return found
    raise AssertionError


async def drained(pages: AsyncIterator[tuple[Entry, ...]]) -> None:
    async for _ in pages:
        pass


async def state_of(log: UpdateLog) -> OverlayState:
    replay = await log.replay()
    assert replay is not None
    return replay.state()


def test_a_log_that_was_never_begun_holds_nothing_and_takes_nothing(place):
    async def story(log: UpdateLog) -> None:
        assert await log.replay() is None
        with pytest.raises(LogLostError):
            await log.append([change("a", 1)])
        with pytest.raises(LogLostError):
            await following(log, ROOT, 1)

    run_on(place, story)


def test_an_entry_says_what_it_gives_back_also_once_a_snapshot_was_kept(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        await log.append([change("a", 1)], gives_back="t3")
        await log.append([change("a", 2)])
        await log.snapshot(await state_of(log))
        replay = await log.replay()
        assert replay is not None
        for entries in (replay.entries, await following(log, ROOT, 2)):
            assert [entry.gives_back for entry in entries] == ["t3", ""]

    run_on(place, story)


def test_entries_come_in_order_and_whole_to_whoever_follows(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        async with opened(place) as other:
            follower = asyncio.create_task(following(other, ROOT, 3))
            marks = [
                await log.append([change("a", 1), new_item("n", price=2)]),
                await log.append([ItemDeletion(item_id="b")]),
                await log.append([change("n", 3)]),
            ]
            entries = await follower
        assert [entry.mark for entry in entries] == marks
        assert [mark.version for mark in marks] == [1, 2, 3]
        assert [entry.previous for entry in entries] == ["", marks[0].token, marks[1].token]
        state = advance(OverlayState(), entries)
        assert prices(state) == {"a": 1.0, "n": 3.0}
        assert same(state, await state_of(log))

    run_on(place, story)


def test_following_begins_behind_any_entry(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        marks = [await log.append([change("a", number)]) for number in range(4)]
        entries = await following(log, marks[1], 2)
        assert [entry.mark for entry in entries] == marks[2:]

    run_on(place, story)


def test_an_idle_log_gives_signs_of_life(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        async with aclosing(log.follow(ROOT)) as pages:
            assert [await anext(pages) for _ in range(3)] == [()] * 3

    run_on(place, story)


def test_a_mark_of_another_history_is_not_followed(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        await log.append([change("a", 1)])
        for mark in (foreign(1), foreign(9)):
            with pytest.raises(LogForkedError):
                await following(log, mark, 1)

    run_on(place, story)


def test_a_log_is_begun_once(place):
    async def story(log: UpdateLog) -> None:
        begun = OverlayState(mark=foreign(7))
        await log.seed(replace(begun, records=begun.records.after([change("a", 1)])))
        with pytest.raises(LogForkedError):
            await log.seed(OverlayState())
        assert prices(await state_of(log)) == {"a": 1.0}
        mark = await log.append([change("a", 2)])
        assert mark.version == 8
        assert [entry.mark for entry in await following(log, begun.mark, 1)] == [mark]

    run_on(place, story)


def test_an_append_on_condition_is_refused_once_another_came_before(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        first = await log.append([change("a", 1)], after=ROOT)
        with pytest.raises(LogForkedError):
            await log.append([change("a", 2)], after=ROOT)
        second = await log.append([change("a", 3)], after=first, at_least=10)
        third = await log.append([])
        assert (second.version, third.version) == (10, 11)
        state = await state_of(log)
        assert prices(state) == {"a": 3.0}
        assert state.mark == third

    run_on(place, story)


def test_updates_too_large_for_an_entry_are_refused_and_nothing_is_written(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        with pytest.raises(SchemaError, match="at most 16777216 bytes"):
            await log.append([change("a", 1), new_item("n", title="x" * 2**24)])
        assert (await state_of(log)).mark == ROOT

    run_on(place, story)


def test_a_snapshot_stands_for_the_entries_that_it_covers(place, monkeypatch):
    for module in (file_log, redis_log):
        monkeypatch.setattr(module, "KEPT_ENTRIES", 2)

    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        marks = [await log.append([change(f"i{number}", number)]) for number in range(10)]
        before = await state_of(log)
        await log.snapshot(before)
        replay = await log.replay()
        assert replay is not None
        assert [entry.mark for entry in replay.entries] == marks[8:]
        assert same(replay.snapshot, before)
        later = await log.append([ItemDeletion(item_id="i0")])
        assert [one.mark for one in await following(log, marks[7], 3)] == [*marks[8:], later]
        with pytest.raises(LogForkedError):
            await following(log, marks[6], 1)
        state = await state_of(log)
        assert state.mark == later
        assert set(prices(state)) == {f"i{number}" for number in range(1, 10)}

    run_on(place, story)


def test_whoever_follows_is_not_disturbed_by_a_snapshot(place, monkeypatch):
    for module in (file_log, redis_log):
        monkeypatch.setattr(module, "KEPT_ENTRIES", 1)

    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        state = OverlayState()
        async with opened(place) as other, aclosing(other.follow(ROOT)) as pages:
            for number in range(20):
                mark = await log.append([change("a", number)])
                while state.mark != mark:
                    state = advance(state, await anext(pages))
                if number % 7 == 6:
                    await log.snapshot(state)
        assert prices(state) == {"a": 19.0}

    run_on(place, story)


def test_an_older_snapshot_does_not_replace_a_newer_one(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        await log.append([change("a", 1)])
        older = await state_of(log)
        await log.append([change("a", 2)])
        newer = await state_of(log)
        await log.snapshot(newer)
        await log.snapshot(older)
        replay = await log.replay()
        assert replay is not None
        assert same(replay.snapshot, newer)

    run_on(place, story)


def test_a_snapshot_of_another_history_is_refused(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        for number in range(3):
            await log.append([change("a", number)])
        for version in (2, 3, 8):
            with pytest.raises(LogForkedError):
                await log.snapshot(OverlayState(mark=foreign(version)))

    run_on(place, story)


def test_a_log_that_lost_everything_says_so(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        mark = await log.append([change("a", 1)])
        async with aclosing(log.follow(mark)) as pages:
            await anext(pages)
            place.replace({})
            with pytest.raises(LogLostError):
                await drained(pages)
        with pytest.raises(LogLostError):
            await log.append([change("a", 2)])
        assert await log.replay() is None

    run_on(place, story)


def test_writers_at_once_get_an_entry_each(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        async with opened(place) as other:
            marks = await asyncio.gather(
                *(each.append([change("a", 1)]) for each in (log, other) for _ in range(150))
            )
        assert sorted(mark.version for mark in marks) == list(range(1, 301))
        assert (await state_of(log)).version == 300

    run_on(place, story)


def test_what_cannot_be_read_is_named(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        await log.append([change("a", 1)])
        await log.append([change("a", 2)])
        contents = place.contents()
        if isinstance(place, FilePlace):
            contents["updates.log"] = contents["updates.log"].replace(b'"id":"a"', b'"id":"b"', 1)
        else:
            del contents[next(key for key in contents if key.endswith(":entries"))]
        place.replace(contents)
        async with opened(place) as again:
            with pytest.raises(LogDamagedError):
                await again.replay()

    run_on(place, story)
