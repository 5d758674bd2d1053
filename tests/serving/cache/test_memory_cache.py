import asyncio
import tracemalloc

import pytest

from serving.cache.memory_cache import ENTRY_BYTES, MemoryCache, MemoryCacheConfig
from serving.cache.response_cache import response_key
from serving.overlay.state import Mark


def test_what_was_asked_for_longest_ago_makes_room():
    async def story() -> None:
        cache = MemoryCache(MemoryCacheConfig(max_bytes=33 + 3 * ENTRY_BYTES))
        for key in "abc":
            await cache.put(key, b"x" * 10)
        assert cache.size == 33 + 3 * ENTRY_BYTES
        await cache.get("a")
        await cache.put("d", b"x" * 10)
        assert [await cache.get(key) is not None for key in "abcd"] == [True, False, True, True]
        await cache.put("e", b"x" * 20)
        assert [await cache.get(key) is not None for key in "acde"] == [False, False, True, True]
        assert cache.size == 32 + 2 * ENTRY_BYTES

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
        cache = MemoryCache(MemoryCacheConfig(max_bytes=20 + ENTRY_BYTES))
        await cache.put("a", b"old")
        await cache.put("a", b"x" * 30)
        assert await cache.get("a") is None
        assert cache.size == 0

    asyncio.run(story())


@pytest.mark.parametrize("size", [64, 1_024, 10_240])
def test_a_full_cache_takes_the_memory_that_it_may(size: int):
    max_bytes = 2**20

    async def turned_over() -> MemoryCache:
        cache = MemoryCache(MemoryCacheConfig(max_bytes=max_bytes))
        for number in range(3 * max_bytes // (size + ENTRY_BYTES)):
            mark = Mark(version=number, token=f"{number:016x}")
            await cache.put(response_key("a bundle", mark, "method", b""), bytes(size))
        return cache

    tracemalloc.start()
    try:
        cache = asyncio.run(turned_over())
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.98 * max_bytes < cache.size <= max_bytes
    assert 0.75 * max_bytes < taken < 1.05 * max_bytes
