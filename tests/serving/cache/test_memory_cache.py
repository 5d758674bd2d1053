import asyncio

from serving.cache.memory_cache import MemoryCache, MemoryCacheConfig


def test_what_was_asked_for_longest_ago_makes_room():
    async def story() -> None:
        cache = MemoryCache(MemoryCacheConfig(max_bytes=33))
        for key in "abc":
            await cache.put(key, b"x" * 10)
        assert cache.size == 33
        await cache.get("a")
        await cache.put("d", b"x" * 10)
        assert [await cache.get(key) is not None for key in "abcd"] == [True, False, True, True]
        await cache.put("e", b"x" * 20)
        assert [await cache.get(key) is not None for key in "acde"] == [False, False, True, True]
        assert cache.size == 32

    asyncio.run(story())


def test_what_is_too_old_takes_no_room_once_it_was_asked_for():
    now = [0.0]

    async def story() -> None:
        cache = MemoryCache(MemoryCacheConfig(ttl_s=10.0), now=lambda: now[0])
        await cache.put("a", b"1")
        now[0] = 9.9
        assert await cache.get("a") == b"1"
        now[0] = 10.0
        assert await cache.get("a") is None
        assert cache.size == 0
        await cache.put("a", b"2")
        now[0] = 19.0
        assert await cache.get("a") == b"2"
        await cache.close()
        assert cache.size == 0

    asyncio.run(story())


def test_a_response_that_is_too_large_leaves_no_older_one_behind():
    async def story() -> None:
        cache = MemoryCache(MemoryCacheConfig(max_bytes=20))
        await cache.put("a", b"old")
        await cache.put("a", b"x" * 30)
        assert await cache.get("a") is None
        assert cache.size == 0

    asyncio.run(story())
