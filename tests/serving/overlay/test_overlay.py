"""Replicas over both logs, through whatever becomes of the log."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing

import pytest

from engine.updates import ItemDeletion
from serving.overlay.errors import (
    LogDamagedError,
    LogForkedError,
    LogTimeoutError,
    UpdateLogError,
)
from serving.overlay.log import UpdateLog
from serving.overlay.overlay import Overlay, OverlayConfig, running_overlay
from serving.overlay.state import Entry, Mark, OverlayState
from tests.serving.overlay.log_places import (
    FilePlace,
    LogPlace,
    opened,
    read_anew_after,
    run,
    until,
)
from tests.serving.overlay.some_updates import change, foreign, new_item, prices, same


async def replicas(place: LogPlace, stack: AsyncExitStack, *, count: int) -> list[Overlay]:
    config = OverlayConfig(snapshot_every=5)
    return [
        await stack.enter_async_context(running_overlay(place.open(), config)) for _ in range(count)
    ]


def test_an_update_is_in_force_here_at_once_and_elsewhere_before_long(place):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            here, there = await replicas(place, stack, count=2)
            assert await here.apply([change("a", 1), new_item("n", price=2)]) == 1
            assert prices(here.current) == {"a": 1.0, "n": 2.0}
            await until(lambda: there.current.version == 1)
            assert await there.apply([ItemDeletion(item_id="n")]) == 2
            await until(lambda: here.current.version == 2)
            assert prices(here.current) == prices(there.current) == {"a": 1.0}
            assert same(here.current, there.current)
            assert here.connected
            assert here.error is None

    run(story())


def test_a_replica_whose_log_is_followed_has_heard_of_it_again_and_again(place):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            (one,) = await replicas(place, stack, count=1)
            for _ in range(3):
                age_s, began = one.age_s, time.monotonic()
                await until(lambda: one.age_s < age_s + time.monotonic() - began - 0.01)  # noqa: B023 - called at once

    run(story())


def test_an_update_that_does_not_come_back_in_time_is_not_acknowledged_though_it_is_kept(
    place, monkeypatch
):
    async def story() -> None:
        log, given_out = place.open(), asyncio.Event()
        follow = log.follow

        async def late(after: Mark) -> AsyncGenerator[tuple[Entry, ...], None]:
            async with aclosing(follow(after)) as pages:
                async for entries in pages:
                    if entries:
                        await given_out.wait()
                    yield entries

        monkeypatch.setattr(log, "follow", late)
        async with running_overlay(log, OverlayConfig(apply_timeout_s=2.0)) as overlay:
            with pytest.raises(LogTimeoutError, match="expected version 1 to come back in time"):
                await overlay.apply([change("a", 1)])
            assert prices(overlay.current) == {}
            given_out.set()
            await until(lambda: overlay.current.version == 1)
            assert prices(overlay.current) == {"a": 1.0}
            assert await overlay.apply([change("a", 2)]) == overlay.current.version == 2

    run(story())


def test_a_replica_that_starts_late_comes_to_the_same_state(place, monkeypatch):
    for module in ("file_log", "redis_log"):
        monkeypatch.setattr(f"serving.overlay.{module}.KEPT_ENTRIES", 2)

    async def story() -> None:
        async with AsyncExitStack() as stack:
            (early,) = await replicas(place, stack, count=1)
            for number in range(13):
                await early.apply([change(f"i{number % 4}", number), new_item(f"n{number}")])
                await early.apply([ItemDeletion(item_id=f"n{number - 1}")])
            await early.close()
            async with opened(place) as log:
                replay = await log.replay()
                assert replay is not None
                assert 20 <= replay.snapshot.version <= 26
                assert len(replay.entries) < 10
            late, later = await replicas(place, stack, count=2)
            for one in (late, later):
                assert same(one.current, early.current)
            await late.apply([change("i0", 99)])
            await until(lambda: early.current.version == later.current.version == 27)
            assert same(later.current, early.current)

    run(story())


def test_replicas_of_one_process_write_at_once_and_agree(place):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            both = await replicas(place, stack, count=2)
            versions = await asyncio.gather(
                *(one.apply([change("a", n)]) for n in range(15) for one in both)
            )
            last = max(versions)
            assert set(versions) == set(range(1, last + 1))
            await until(lambda: all(one.current.version == last for one in both))
            assert same(both[0].current, both[1].current)

    run(story())


def test_a_log_that_lost_everything_is_given_all_of_it(place):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            first, second = await replicas(place, stack, count=2)
            for number in range(8):
                version = await first.apply([change(f"i{number}", number)])
            await until(lambda: second.current.version == version)
            before = first.current
            place.replace({})
            await until(lambda: not (first.connected and second.connected))
            assert prices(first.current) == prices(before)
            await until(lambda: first.connected and second.connected)
            assert await second.apply([change("i0", 50)]) == 9
            (late,) = await replicas(place, stack, count=1)
            await until(lambda: first.current.version == 9)
            for one in (first, second, late):
                assert prices(one.current) == prices(before) | {"i0": 50.0}

    run(story())


def test_a_log_that_was_turned_back_is_given_what_it_lost_and_keeps_what_is_newer(
    place, monkeypatch
):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            followed, written = place.open(), asyncio.Event()
            witness = await stack.enter_async_context(running_overlay(followed))
            await witness.apply([change("a", 1), change("b", 1), change("c", 1)])
            earlier = place.contents()
            await witness.apply([change("a", 2), change("b", 2)])
            version = await witness.apply([new_item("n", price=3)])
            read_anew_after(written, followed, monkeypatch)
            place.replace(earlier)
            async with opened(place) as log:
                await log.append([change("b", 9), change("n", 8)])
            written.set()
            await until(lambda: witness.current.version > version)
            expected = {"a": 2.0, "b": 9.0, "c": 1.0, "n": 8.0}
            assert prices(witness.current) == expected
            await until(lambda: witness.connected)
            (late,) = await replicas(place, stack, count=1)
            assert same(late.current, witness.current)

    run(story())


def test_a_replica_that_gives_back_less_first_undoes_nothing_of_one_that_knew_more(
    place, monkeypatch
):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            followed, given = place.open(), asyncio.Event()
            ahead = await stack.enter_async_context(running_overlay(followed))
            await ahead.apply([change("a", 1)])
            turned_back = place.contents()
            await ahead.apply([change("a", 2), change("b", 2)])
            async with opened(place) as log:
                replay = await log.replay()
            assert replay is not None
            behind = replay.state()
            version = await ahead.apply([change("a", 3)])
            read_anew_after(given, followed, monkeypatch)
            place.replace(turned_back)
            async with opened(place) as log:
                await log.append(
                    list(behind.records), at_least=version, gives_back=behind.mark.token
                )
            given.set()
            await until(lambda: ahead.current.version > version)
            assert prices(ahead.current) == {"a": 3.0, "b": 2.0}
            (late,) = await replicas(place, stack, count=1)
            assert same(late.current, ahead.current)

    run(story())


def test_a_replica_remembers_over_a_log_begun_anew_what_it_gives_back_to_an_older_one(
    place, monkeypatch
):
    async def story() -> None:
        followed, begun = place.open(), asyncio.Event()
        async with running_overlay(followed) as witness:
            await witness.apply([change("a", 1)])
            backup = place.contents()
            version = await witness.apply([change("a", 2)])
            read_anew_after(begun, followed, monkeypatch)
            place.replace({})
            await until(lambda: not witness.connected)
            async with opened(place) as log:
                await log.seed(witness.current)  # another replica was quicker
            begun.set()
            await until(lambda: witness.connected)
            place.replace(backup)
            await until(lambda: witness.current.version > version)
            assert prices(witness.current) == {"a": 2.0}

    run(story())


async def turned_back(place: LogPlace, witness: Overlay) -> int:
    """The version of a witness of four prices whose log then holds only the first."""
    await witness.apply([change("a", 1)])
    earlier = place.contents()
    for price in (2, 3, 4):
        version = await witness.apply([change("a", price)])
    place.replace(earlier)
    return version


def test_a_version_never_goes_back_even_if_nothing_has_to_be_given_back(place, monkeypatch):
    async def story() -> None:
        followed, written = place.open(), asyncio.Event()
        async with running_overlay(followed) as witness:
            read_anew_after(written, followed, monkeypatch)
            version = await turned_back(place, witness)
            async with opened(place) as log:
                await log.append([change("a", 9)])
            written.set()
            await until(lambda: witness.current.version > version)
            assert prices(witness.current) == {"a": 9.0}

    run(story())


def test_an_update_of_a_log_that_was_turned_back_unseen_is_in_force_under_a_version_of_its_own(
    place,
):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            (witness,) = await replicas(place, stack, count=1)
            version = await turned_back(place, witness)
            assert await witness.apply([change("b", 9)]) > version
            assert prices(witness.current) == {"a": 4.0, "b": 9.0}

    run(story())


def test_an_update_that_the_log_lost_after_it_had_answered_is_not_acknowledged(place, monkeypatch):
    """As in a failover to a Redis that had not got it yet, and got another meanwhile."""

    async def story() -> None:
        log = place.open()
        async with running_overlay(log, OverlayConfig(apply_timeout_s=2.0)) as overlay:
            version = await overlay.apply([change("a", 1)])
            append = log.append

            async def lose(*_: object, at_least: int = 0) -> Mark:
                await append([change("b", 2)])
                return foreign(at_least)

            monkeypatch.setattr(log, "append", lose)
            with pytest.raises(LogTimeoutError):
                await overlay.apply([change("a", 9)])
            await until(lambda: overlay.current.version == version + 1)
            assert prices(overlay.current) == {"a": 1.0, "b": 2.0}

    run(story())


def test_without_its_log_a_replica_reads_on_and_refuses_to_write(place):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            (one,) = await replicas(place, stack, count=1)
            await one.apply([change("a", 1)])
            contents = place.contents()
            broken = dict.fromkeys(contents, b"") if isinstance(place, FilePlace) else {}
            if not isinstance(place, FilePlace):
                head = next(name for name in contents if name.endswith(":head"))
                with place.server.client() as client:
                    client.set("text", "no hash")
                    broken = {head: client.dump("text")}
            place.replace(broken)
            await until(lambda: not one.connected)
            with pytest.raises(UpdateLogError) as caught:
                await one.apply([change("a", 2)])
            assert caught.value is one.error
            assert prices(one.current) == {"a": 1.0}
            place.replace(contents)
            await until(lambda: one.connected)
            assert await one.apply([change("a", 3)]) == 2

    run(story())


def test_a_replica_does_not_start_without_the_state_of_its_log(place):
    async def story() -> None:
        async with opened(place) as log:
            await log.seed(OverlayState())
            await log.append([change("a", 1)])
        contents = place.contents()
        if isinstance(place, FilePlace):
            contents["updates.log"] = b"something else"
        else:
            del contents[next(name for name in contents if name.endswith(":entries"))]
        place.replace(contents)
        with pytest.raises(LogDamagedError):
            async with running_overlay(place.open()):
                pass

    run(story())


def test_a_snapshot_that_fails_is_told_and_stops_nothing(place, caplog, monkeypatch):
    async def refuse(state: OverlayState, *, ahead: int) -> int:  # noqa: ARG001
        raise LogForkedError(expected="a state", got=f"version {state.version}", where="here")

    async def story() -> None:
        log = place.open()
        monkeypatch.setattr(log, "snapshot", refuse)
        async with running_overlay(log, OverlayConfig(snapshot_every=2)) as overlay:
            with caplog.at_level(logging.WARNING):
                for price in range(3):
                    await overlay.apply([change("a", price)])
            assert overlay.connected
        assert "kept no snapshot" in caplog.text

    run(story())


def test_callers_whose_updates_share_an_entry_keep_one_snapshot_of_it(place, monkeypatch):
    kept: list[int] = []

    async def note(state: OverlayState, *, ahead: int) -> int:  # noqa: ARG001
        kept.append(state.version)
        return state.version

    async def story() -> None:
        log = place.open()
        monkeypatch.setattr(log, "snapshot", note)
        async with running_overlay(log, OverlayConfig(snapshot_every=1)) as overlay:
            crowd = (overlay.apply([change("a", price)]) for price in range(40))
            assert await asyncio.gather(*crowd) == [1] * 40
        assert kept == [1]

    run(story())


def test_a_snapshot_is_kept_though_versions_jump_over_the_one_that_was_due(place):
    async def story() -> None:
        async with opened(place) as log:
            async with running_overlay(place.open(), OverlayConfig(snapshot_every=5)) as overlay:
                for price in range(4):
                    await overlay.apply([change("a", price)])
                await log.append([change("a", 9)], at_least=11)
                assert await overlay.apply([change("b", 1)]) == 12
            assert await kept_version(log) == 12

    run(story())


def test_a_snapshot_that_failed_is_tried_again_before_the_next_is_due(place, monkeypatch):
    async def story() -> None:
        log = place.open()
        keep, tried = log.snapshot, list[int]()

        async def fail_twice(state: OverlayState, *, ahead: int) -> int:
            tried.append(state.version)
            if len(tried) < 3:
                raise LogForkedError(expected="a state", got="another", where="here")
            return await keep(state, ahead=ahead)

        monkeypatch.setattr(log, "snapshot", fail_twice)
        async with running_overlay(log, OverlayConfig(snapshot_every=10)) as overlay:
            for price in range(18):
                await overlay.apply([change("a", price)])
                await overlay.close()  # what was begun has ended before the next update
        assert tried == [10, 11, 12]
        async with opened(place) as log:
            assert await kept_version(log) == 12

    run(story())


def test_replicas_that_write_in_turns_keep_one_snapshot_among_them(place):
    kept = list[int]()

    async def story() -> None:
        async with AsyncExitStack() as stack:
            both = await replicas(place, stack, count=2)
            log = await stack.enter_async_context(opened(place))
            for number in range(20):
                writer = both[number % 2]
                await writer.apply([change("a", number)])
                await until(lambda: all(one.current.version > number for one in both))  # noqa: B023
                await writer.close()
                kept.append(await kept_version(log))

    run(story())
    assert sorted({*kept}) == [0, 5, 10, 15, 20]


async def kept_version(log: UpdateLog) -> int:
    replay = await log.replay()
    assert replay is not None
    return replay.snapshot.version


def test_two_replicas_that_begin_one_log_share_it(place):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            both = await asyncio.gather(
                *(stack.enter_async_context(running_overlay(place.open())) for _ in range(2))
            )
            await both[0].apply([change("a", 1)])
            await until(lambda: both[1].current.version == 1)

    run(story())


def test_a_state_of_a_log_that_is_not_ours_any_more_is_joined(place):
    """Someone began the log anew while this replica was cut off."""

    async def story() -> None:
        async with opened(place) as log:
            await log.seed(OverlayState(mark=foreign(7)))
            await log.append([change("b", 5)])
        strange = place.contents()
        place.replace({})
        async with AsyncExitStack() as stack:
            (one,) = await replicas(place, stack, count=1)
            await one.apply([change("a", 1), change("b", 1)])
            place.replace(strange)
            await until(lambda: one.current.version > 8)
            assert prices(one.current) == {"a": 1.0, "b": 5.0}

    run(story())


def test_a_follower_outlives_what_nobody_foresaw_and_says_it_once(place, caplog, monkeypatch):
    async def story() -> None:
        log = place.open()
        async with running_overlay(log) as overlay:
            await overlay.apply([change("a", 1)])
            with monkeypatch.context() as broken:
                broken.setattr(log, "follow", None)
                place.replace({})
                await until(lambda: isinstance(overlay.error, LogDamagedError))
                await asyncio.sleep(0.3)
                with pytest.raises(LogDamagedError, match="TypeError"):
                    await overlay.apply([change("a", 2)])
            await until(lambda: overlay.connected)
            assert await overlay.apply([change("a", 3)]) == 2

    run(story())
    told = [record for record in caplog.records if record.exc_info]
    assert [record.message for record in told] == ["lost the update log; answers go on from memory"]


def test_a_log_that_is_followed_again_is_told_once_a_loss(place, caplog):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            (one,) = await replicas(place, stack, count=1)
            await one.apply([change("a", 1)])
            assert "followed the update log again" not in caplog.messages
            place.replace({})
            await until(lambda: not one.connected)
            await until(lambda: one.connected)
            await one.apply([change("a", 2)])

    with caplog.at_level(logging.INFO, "serving.overlay.overlay"):
        run(story())
    told = [line for line in caplog.messages if line.startswith(("lost the", "followed the"))]
    assert told == [
        "lost the update log; answers go on from memory",
        "followed the update log again",
    ]


def test_a_replica_does_not_start_where_nobody_foresaw_what_is_wrong(place, caplog, monkeypatch):
    async def story() -> None:
        log = place.open()
        monkeypatch.setattr(log, "replay", None)
        with pytest.raises(LogDamagedError, match="TypeError"):
            async with running_overlay(log):
                pass

    run(story())
    assert caplog.messages == ["could not read the update log"]


def test_huge_updates_that_a_log_lost_are_given_back_in_smaller_entries(place, monkeypatch):
    monkeypatch.setattr("serving.overlay.update_codec.MAX_ENTRY_BYTES", 3000)

    async def story() -> None:
        async with running_overlay(place.open()) as overlay:
            await overlay.apply([change("before", 1)])
            earlier = place.contents()
            for name in "abcde":
                version = await overlay.apply([new_item(name, price=1, title="x" * 1000)])
            held = prices(overlay.current)
            place.replace(earlier)
            await until(lambda: overlay.current.version > version and overlay.connected)
            async with running_overlay(place.open()) as late:
                assert prices(late.current) == prices(overlay.current) == held

    run(story())


def test_everything_is_closed_though_something_fails_at_the_end(place, monkeypatch):
    closed = list[str]()

    async def story() -> None:
        log = place.open()
        close = log.close

        async def note() -> None:
            closed.append("log")
            await close()

        async def fail(_: Overlay) -> None:
            raise RuntimeError("at the end")

        monkeypatch.setattr(log, "close", note)
        monkeypatch.setattr(Overlay, "close", fail)
        with pytest.raises(RuntimeError, match="at the end"):
            async with running_overlay(log):
                pass

    run(story())
    assert closed == ["log"]
