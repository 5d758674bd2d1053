import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.cache.redis_cache import RedisCache, RedisCacheConfig
from tests.serving.redis_server import FLEETING, RedisServer
from tests.serving.repeated_calls import PATIENCE_S


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis", *FLEETING)
    yield server
    server.kill()


def config_of(server: RedisServer, **options: float) -> RedisCacheConfig:
    return RedisCacheConfig(url=server.url, lineage="shop", **options)


def test_a_lost_redis_is_a_miss_that_is_counted_and_is_asked_once_a_pause(own_redis):
    async def story() -> None:
        cache = RedisCache(config_of(own_redis, timeout_s=PATIENCE_S, pause_s=10 * PATIENCE_S))
        await cache.put("a", b"1")
        assert await cache.get("a") == b"1"
        own_redis.kill()
        for _ in range(101):
            assert await cache.get("a") is None
            await cache.put("a", b"1")
        assert (cache.counts.hits, cache.counts.misses, cache.counts.errors) == (1, 101, 1)
        own_redis.start()
        assert await cache.get("a") is None
        await cache.close()

    asyncio.run(story())


def test_a_redis_that_is_back_is_asked_again_after_the_pause(own_redis):
    async def story() -> None:
        cache = RedisCache(config_of(own_redis, timeout_s=PATIENCE_S, pause_s=0.2))
        own_redis.kill()
        await cache.put("a", b"1")
        assert cache.counts.errors == 1
        own_redis.start()
        async with asyncio.timeout(PATIENCE_S):
            while await cache.get("a") != b"2":
                await cache.put("a", b"2")
                await asyncio.sleep(0.01)
        assert cache.counts.errors == 1
        await cache.close()

    asyncio.run(story())


def test_a_slow_redis_is_a_miss_in_time(own_redis):
    async def story() -> None:
        patient = RedisCache(config_of(own_redis, timeout_s=PATIENCE_S))
        await patient.put("a", b"1")
        cache = RedisCache(config_of(own_redis, timeout_s=0.2, pause_s=10.0))
        own_redis.freeze()
        start = time.monotonic()
        async with asyncio.timeout(PATIENCE_S):  # it would wait until the end of the test
            assert await cache.get("a") is None
        assert time.monotonic() - start > 0.1
        assert cache.counts.errors == 1
        own_redis.thaw()
        assert await patient.get("a") == b"1"
        for one in (cache, patient):
            await one.close()

    asyncio.run(story())


def test_a_full_redis_keeps_nothing_and_answers_on(own_redis):
    async def story() -> None:
        cache = RedisCache(config_of(own_redis, timeout_s=PATIENCE_S))
        with own_redis.client() as client:
            client.config_set("maxmemory", 1)
        await cache.put("a", b"1")
        assert cache.counts.errors == 1
        await cache.close()

    asyncio.run(story())


def test_replicas_share_responses_and_shops_do_not(shared_redis, lineage):
    async def story() -> None:
        caches = [
            RedisCache(RedisCacheConfig(url=shared_redis.url, lineage=name, timeout_s=PATIENCE_S))
            for name in (lineage, lineage, lineage + ".b")
        ]
        await caches[0].put("a", b"1")
        assert [await cache.get("a") for cache in caches] == [b"1", b"1", None]
        with shared_redis.client() as client:
            assert 0 < client.pttl(f"outfit:{{{lineage}}}:cache:a") <= 300_000
        for cache in caches:
            await cache.close()

    asyncio.run(story())


def test_a_caller_that_gives_up_leaves_no_answer_for_the_next_one(own_redis):
    async def story() -> None:
        cache = RedisCache(config_of(own_redis, timeout_s=PATIENCE_S))
        for key in "ab":
            await cache.put(key, key.encode())
        own_redis.freeze()
        call = asyncio.create_task(cache.get("a"))
        await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        own_redis.thaw()
        assert await cache.get("b") == b"b"
        assert cache.counts.errors == 0
        await cache.close()

    asyncio.run(story())


def test_a_redis_that_takes_its_time_for_each_answer_is_given_up_after_one_timeout():
    hung_up, answered = asyncio.Event(), list[bytes]()

    async def dawdle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while commands := await reader.read(4_096):
            await asyncio.sleep(0.3)
            answered.append(commands)
            writer.write(b"+OK\r\n" * (b"\n" + commands).count(b"\n*"))
        writer.close()
        hung_up.set()

    async def story() -> None:
        slow = await asyncio.start_server(dawdle, "127.0.0.1", 0)
        port = slow.sockets[0].getsockname()[1]
        config = RedisCacheConfig(url=f"redis://127.0.0.1:{port}", lineage="shop", timeout_s=0.4)
        cache = RedisCache(config)
        assert await cache.get("a") is None  # the handshake and the question: 0.6 s
        assert len(answered) < 2, "it waited for the answer"
        assert cache.counts.errors == 1
        await cache.close()
        await asyncio.wait_for(hung_up.wait(), PATIENCE_S)
        slow.close()
        await slow.wait_closed()

    asyncio.run(story())
