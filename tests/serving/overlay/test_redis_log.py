"""A Redis of the test's own, to be killed, emptied, slowed down, filled and locked."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from data.errors import SchemaError
from serving.cache.redis_cache import RedisCache, RedisCacheConfig
from serving.overlay.errors import (
    LogDamagedError,
    LogDeniedError,
    LogFullError,
    LogLostError,
    LogTimeoutError,
    LogUnreachableError,
    UpdateLogError,
)
from serving.overlay.overlay import Overlay, OverlayConfig, running_overlay
from serving.overlay.redis_log import RedisLog, RedisLogConfig
from serving.overlay.state import OverlayState
from tests.serving.overlay.log_places import RedisPlace, opened, run, until
from tests.serving.overlay.some_updates import change, new_item, prices, same
from tests.serving.redis_server import DURABLE, FLEETING
from tests.serving.repeated_calls import PATIENCE_S


async def write(overlay: Overlay, name: str, acknowledged: dict[str, float]) -> None:
    """Write prices that go up, until the log is lost."""
    price = 0.0
    while True:
        price += 1.0
        try:
            await overlay.apply([change(name, price)])
        except UpdateLogError:
            return
        acknowledged[name] = price


async def fill(overlay: Overlay) -> None:
    for number in range(1000):
        version = await overlay.apply([new_item(f"n{number}", title="x" * 20_000)])
        assert version == number + 1


def test_what_a_durable_redis_acknowledged_is_there_after_it_was_killed_while_it_wrote(own_redis):
    server = own_redis(*DURABLE)
    place, acknowledged = RedisPlace(server, "shop"), dict[str, float]()

    async def story() -> None:
        async with running_overlay(place.open()) as overlay:
            writers = [
                asyncio.create_task(write(overlay, f"i{number}", acknowledged))
                for number in range(8)
            ]
            await until(lambda: sum(acknowledged.values()) > 300)
            server.kill()
            await asyncio.wait(writers)
            assert not overlay.connected
            before = overlay.current
        server.start()
        async with opened(place) as log:
            replay = await log.replay()
            assert replay is not None
            assert replay.state().version >= before.version
            found = prices(replay.state())
        assert all((found[name] or 0) >= price for name, price in acknowledged.items())
        assert len(acknowledged) == 8

    run(story())


def test_a_redis_that_forgets_is_given_everything_by_the_replicas_that_live(own_redis):
    server = own_redis(*FLEETING)
    place = RedisPlace(server, "shop")

    async def story() -> None:
        async with AsyncExitStack() as stack:
            both = [await stack.enter_async_context(running_overlay(place.open())) for _ in "ab"]
            for number in range(20):
                await both[number % 2].apply([change(f"i{number}", number), new_item("n")])
            acknowledged = prices(both[1].current)
            server.restart()
            await until(lambda: not any(one.connected for one in both))
            assert prices(both[0].current) == acknowledged
            await until(lambda: all(one.connected for one in both))
            await both[0].apply([change("i0", 99)])
            late = await stack.enter_async_context(running_overlay(place.open()))
            assert prices(late.current) == acknowledged | {"i0": 99.0}
            await until(lambda: both[1].current.version == late.current.version)
            assert same(both[1].current, late.current)

    run(story())


def test_a_restarted_redis_is_followed_again(own_redis):
    server = own_redis(*DURABLE)

    async def story() -> None:
        async with running_overlay(RedisPlace(server, "shop").open()) as overlay:
            await overlay.apply([change("a", 1)])
            server.restart()
            await until(lambda: not overlay.connected)
            await until(lambda: overlay.connected)
            assert await overlay.apply([change("a", 2)]) == 2

    run(story())


def test_a_wrong_password_is_named_and_not_told(own_redis):
    server = own_redis("--requirepass", "right")

    async def story(url: str) -> None:
        with pytest.raises(LogDeniedError) as caught:
            async with running_overlay(RedisLog(RedisLogConfig(url=url, lineage="shop"))):
                pass
        assert "secret" not in str(caught.value)
        assert f"redis://127.0.0.1:{server.port}: expected a password" in str(caught.value)

    run(story(f"redis://:secret@127.0.0.1:{server.port}/0"))
    run(story(server.url))


def test_rights_that_do_not_suffice_are_named(own_redis):
    server = own_redis()
    with server.client() as client:
        client.acl_setuser(
            "reader", enabled=True, passwords=["+pw"], keys=["*"], categories=["+@read"]
        )
    url = f"redis://reader:pw@127.0.0.1:{server.port}/0"

    async def story() -> None:
        with pytest.raises(LogDeniedError):
            async with running_overlay(RedisLog(RedisLogConfig(url=url, lineage="shop"))):
                pass

    run(story())


def test_the_rights_that_operators_are_told_to_give_suffice(own_redis):
    server = own_redis()
    with server.client() as client:
        client.execute_command(
            *["ACL", "SETUSER", "shop", "on", ">pw", "~outfit:{shop}*"],
            *["+@read", "+@write", "+@scripting", "+@connection", "-@dangerous"],
        )
    url = f"redis://shop:pw@127.0.0.1:{server.port}/0"

    async def story() -> None:
        log = RedisLog(
            RedisLogConfig(url=url, lineage="shop", timeout_s=PATIENCE_S, heartbeat_s=0.1)
        )
        async with running_overlay(log, OverlayConfig(snapshot_every=2)) as overlay:
            for price in range(5):
                await overlay.apply([change("a", price)])
                await overlay.close()  # one snapshot is kept at a time
            with server.client() as client:
                assert client.hget("outfit:{shop}:head", "snapshot_version") == b"4"
        other = RedisLog(RedisLogConfig(url=url, lineage="other"))
        with pytest.raises(LogDeniedError):
            async with running_overlay(other):
                pass
        cache = RedisCache(RedisCacheConfig(url=url, lineage="shop", timeout_s=PATIENCE_S))
        await cache.put("a", b"1")
        assert await cache.get("a") == b"1"
        await cache.close()

    run(story())


def test_a_slow_redis_refuses_writes_in_time_and_reading_goes_on(own_redis):
    server = own_redis()
    config = RedisLogConfig(url=server.url, lineage="shop", timeout_s=2.0, heartbeat_s=0.1)

    async def story() -> None:
        async with running_overlay(RedisLog(config)) as overlay:
            await overlay.apply([change("a", 1)])
            server.freeze()
            with pytest.raises(LogTimeoutError):
                await overlay.apply([change("a", 2)])
            assert prices(overlay.current) == {"a": 1.0}
            await until(lambda: not overlay.connected)
            with pytest.raises(LogTimeoutError):
                await overlay.apply([change("a", 3)])
            assert overlay.age_s > 2.0
            server.thaw()
            await until(lambda: overlay.connected)
            await overlay.apply([change("a", 4)])
            assert prices(overlay.current) == {"a": 4.0}

    run(story())


def test_a_full_redis_refuses_and_keeps_what_it_acknowledged(own_redis):
    server = own_redis("--maxmemory-policy", "noeviction")
    place = RedisPlace(server, "shop")

    async def story() -> None:
        async with running_overlay(place.open()) as overlay:
            with server.client() as client:
                client.config_set("maxmemory", client.info("memory")["used_memory"] + 500_000)
            with pytest.raises(LogFullError):
                await fill(overlay)
            acknowledged = overlay.current.version
            assert acknowledged > 3
            async with opened(place) as log:
                replay = await log.replay()
                assert replay is not None
                assert same(replay.state(), overlay.current)
            with server.client() as client:
                client.config_set("maxmemory", 0)
            assert await overlay.apply([change("n0", 5)]) == acknowledged + 1

    run(story())


def test_a_stream_that_was_evicted_is_mended_by_a_replica_that_knows_it(own_redis):
    server = own_redis()
    place = RedisPlace(server, "shop")

    async def story() -> None:
        async with running_overlay(place.open()) as overlay:
            await overlay.apply([change("a", 1), new_item("n", price=2)])
            with server.client() as client:
                client.delete("outfit:{shop}:entries")
            await until(lambda: not overlay.connected)
            await until(lambda: overlay.connected)
            async with running_overlay(place.open()) as late:
                assert prices(late.current) == {"a": 1.0, "n": 2.0}

    run(story())


def test_shops_that_share_a_redis_do_not_mix(shared_redis, lineage):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            one, other = [
                await stack.enter_async_context(
                    running_overlay(RedisPlace(shared_redis, each).open())
                )
                for each in (lineage, lineage + ".b")
            ]
            await one.apply([change("a", 1)])
            assert other.current.version == 0
            await other.apply([change("a", 2)])
            assert (prices(one.current), prices(other.current)) == ({"a": 1.0}, {"a": 2.0})

    run(story())


def test_nobody_at_the_address_is_named(own_redis):
    server = own_redis()
    server.kill()

    async def story() -> None:
        log = RedisPlace(server, "shop").open()
        with pytest.raises(LogUnreachableError, match=f"redis://127.0.0.1:{server.port}"):
            async with running_overlay(log):
                pass
        with pytest.raises(LogUnreachableError):
            await log.seed(OverlayState())
        await log.close()

    run(story())
    server.start()


@pytest.mark.parametrize("lineage", ["", "a b", "{x}", "a" * 65, "ü"])
def test_a_lineage_is_a_plain_name(lineage: str):
    with pytest.raises(SchemaError, match="lineage"):
        RedisLog(RedisLogConfig(url="redis://localhost", lineage=lineage))


def test_an_address_that_is_none_is_named_without_its_password():
    with pytest.raises(SchemaError, match="redis://") as caught:
        RedisLog(RedisLogConfig(url="http://u:secret@host", lineage="shop"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("field", ["version", "snapshot", "snapshot_version"])
def test_a_head_without_a_field_is_mended_by_a_replica_that_has_applied_everything(
    own_redis, caplog, field
):
    server = own_redis()
    place = RedisPlace(server, "shop")

    async def story() -> None:
        async with running_overlay(place.open()) as overlay:
            await overlay.apply([change("a", 1)])
            with server.client() as client:
                client.hdel("outfit:{shop}:head", field)
            await until(lambda: "mended the update log" in caplog.text and overlay.connected)
            assert await overlay.apply([change("a", 3)]) == 2

    run(story())
    assert any(
        f"got one without {field}" in vars(each).get("reason", "") for each in caplog.records
    )


def test_a_head_without_its_token_is_damage_over_which_no_log_is_begun(own_redis):
    server = own_redis()
    place = RedisPlace(server, "shop")
    key = "outfit:{shop}:head"

    async def story() -> None:
        async with running_overlay(place.open()) as overlay:
            await overlay.apply([change("a", 1)])
            with server.client() as client:
                whole = client.hgetall(key)
                client.hdel(key, "token")
                await until(lambda: not overlay.connected)
                with pytest.raises(LogDamagedError, match="got one without token"):
                    await overlay.apply([change("a", 2)])
                await asyncio.sleep(0.3)
                assert client.xlen("outfit:{shop}:entries") == 1
                assert len(client.keys("outfit:{shop}:snapshot:*")) <= 2  # one is being tried
                client.hset(key, mapping=whole)
            await until(lambda: overlay.connected)
            assert await overlay.apply([change("a", 3)]) == 2

    run(story())


def test_a_snapshot_that_lost_its_beginning_while_it_was_written_is_not_put_into_force(
    shared_redis, lineage, monkeypatch
):
    """As in a failover that the connection did not notice."""
    monkeypatch.setattr("serving.overlay.update_codec.CHUNK_ITEMS", 1)
    place = RedisPlace(shared_redis, lineage)

    async def story() -> None:
        async with running_overlay(place.open()) as overlay, opened(place) as log:
            await overlay.apply([change("a", 1), change("b", 2)])
            assert isinstance(log, RedisLog)
            expire = log._writer.expire

            async def lose(key: str, seconds: int) -> None:
                await expire(key, seconds)
                if await log._writer.llen(key) == 2:
                    await log._writer.delete(key)

            monkeypatch.setattr(log._writer, "expire", lose)
            with pytest.raises(LogLostError):
                await log.snapshot(overlay.current)
            async with running_overlay(place.open()) as late:
                assert same(late.current, overlay.current)
            place.replace({})
            with pytest.raises(LogLostError):
                await log.seed(overlay.current)

    run(story())


def test_an_entry_that_is_none_is_damage_that_ends_with_it(own_redis):
    server = own_redis()
    place = RedisPlace(server, "shop")

    async def story() -> None:
        async with running_overlay(place.open()) as overlay:
            await overlay.apply([change("a", 1)])
            with server.client() as client:
                client.xadd("outfit:{shop}:entries", {"of": "another"}, id="2-0")
                await until(lambda: not overlay.connected)
                assert isinstance(overlay.error, LogDamagedError)
                assert "2-0 without previous" in str(overlay.error)
            await until(lambda: overlay.connected)
            assert await overlay.apply([change("a", 3)]) == 2

    run(story())
