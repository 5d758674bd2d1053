"""What a crowd appends at once: few entries, in order, each caller's updates whole or refused."""

import asyncio
from collections.abc import Sequence

import pytest

from data.errors import OverloadError, SchemaError
from engine.updates import ItemUpdate
from serving.limits import MAX_UPSERTS
from serving.overlay.errors import LogLostError
from serving.overlay.joined_appends import MAX_WAITING, JoinedAppends
from serving.overlay.log import UpdateLog
from serving.overlay.overlay import running_overlay
from serving.overlay.state import Mark, OverlayState
from tests.serving.overlay.log_places import opened, run, run_on
from tests.serving.overlay.some_updates import change, new_item, prices

CROWD = 2_000


async def appending(
    appends: JoinedAppends, first: Sequence[ItemUpdate], *others: Sequence[ItemUpdate]
) -> list[asyncio.Task[Mark]]:
    """A caller for each; the entry of the first is under way, the others wait."""
    tasks = [asyncio.create_task(appends.append(first))]
    await asyncio.sleep(0)  # it waits for its turn
    await asyncio.sleep(0)  # and has it
    tasks += [asyncio.create_task(appends.append(each)) for each in others]
    await asyncio.sleep(0)
    return tasks


async def found_in(log: UpdateLog) -> dict[str, float | None]:
    replay = await log.replay()
    assert replay is not None
    return prices(replay.state())


def test_a_crowd_is_acknowledged_in_few_entries_and_all_of_it_is_in_the_log(place):
    async def story() -> None:
        async with running_overlay(place.open()) as overlay:
            versions = await asyncio.gather(
                *(overlay.apply([change(f"i{number}", number)]) for number in range(CROWD))
            )
            assert set(versions) == set(range(1, max(versions) + 1))
            assert max(versions) <= CROWD / MAX_UPSERTS + 2
            everything = {f"i{number}": float(number) for number in range(CROWD)}
            assert prices(overlay.current) == everything
            async with opened(place) as log:
                assert await found_in(log) == everything

    run(story())


def test_the_last_of_several_callers_counts(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        appends = JoinedAppends(log, lambda: 0)
        marks = await asyncio.gather(
            *await appending(appends, *([change("a", price)] for price in range(50)))
        )
        assert [mark.version for mark in marks] == [1] + [2] * 49
        assert await found_in(log) == {"a": 49.0}

    run_on(place, story)


def test_updates_too_large_together_are_appended_apart_and_too_large_alone_refused(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        appends = JoinedAppends(log, lambda: 0)
        large = [new_item(f"n{number}", price=1, title="x" * 9 * 2**20) for number in range(2)]
        outcomes = await asyncio.gather(
            appends.append([change("first", 1)]),
            *(appends.append([one]) for one in large),
            appends.append([new_item("larger", title="x" * 2**24)]),
            appends.append([change("last", 1)]),
            return_exceptions=True,  # all five stand in the first entry that is tried
        )
        first, one, other, refused, last = outcomes
        assert isinstance(refused, SchemaError)
        assert [mark.version for mark in (first, one, other, last)] == [1, 2, 3, 4]
        assert await found_in(log) == dict.fromkeys(("first", "n0", "n1", "last"), 1.0)

    run_on(place, story)


def test_a_caller_that_goes_before_its_turn_has_appended_nothing_and_harms_nobody(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        changes = [[change(f"i{number}", number)] for number in range(4)]
        tasks = await appending(JoinedAppends(log, lambda: 0), *changes)
        tasks[2].cancel()
        await asyncio.wait(tasks)
        assert await found_in(log) == {"i0": 0.0, "i1": 1.0, "i3": 3.0}

    run_on(place, story)


def test_a_caller_that_goes_during_its_turn_does_not_stop_what_is_under_way(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        appends = JoinedAppends(log, lambda: 0)
        tasks = await appending(appends, *([change(f"i{number}", number)] for number in range(3)))
        tasks[0].cancel()
        await asyncio.wait(tasks)
        await appends.close()
        assert await found_in(log) == {"i0": 0.0, "i1": 1.0, "i2": 2.0}

    run_on(place, story)


def test_every_caller_is_told_why_its_entry_was_not_appended_and_the_next_may_be(place):
    async def story(log: UpdateLog) -> None:
        appends = JoinedAppends(log, lambda: 0)
        tasks = await appending(appends, *([change("a", price)] for price in range(3)))
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {LogLostError}
        await log.seed(OverlayState())
        assert (await appends.append([change("a", 1)])).version == 1

    run_on(place, story)


def test_more_updates_than_one_call_may_bring_are_not_joined(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        appends = JoinedAppends(log, lambda: 0)
        many = [change(f"m{number}", 1) for number in range(MAX_UPSERTS + 1)]
        tasks = await appending(appends, many[:1], many[:200], many[:100], many, many[:1])
        marks = await asyncio.gather(*tasks)
        assert [mark.version for mark in marks] == [1, 2, 3, 4, 5]

    run_on(place, story)


def test_beyond_as_many_as_may_wait_updates_are_refused_until_the_log_has_caught_up(place):
    async def story(log: UpdateLog) -> None:
        await log.seed(OverlayState())
        appends, whole = JoinedAppends(log, lambda: 0), [change("a", 1)] * MAX_UPSERTS
        tasks = await appending(appends, whole, *[whole] * (MAX_WAITING // MAX_UPSERTS))
        for _ in range(2):
            with pytest.raises(OverloadError) as caught:
                await appends.append([change("b", 1)])
            assert caught.value.retry_after_s > 0
        tasks[-1].cancel()  # its place is free once its turn would have come
        await asyncio.wait(tasks)
        assert (await appends.append([change("b", 1)])).version == len(tasks)
        assert await found_in(log) == {"a": 1.0, "b": 1.0}
        await asyncio.gather(*await appending(appends, *[whole] * (MAX_WAITING // MAX_UPSERTS)))

    run_on(place, story)
