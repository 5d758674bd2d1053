import asyncio

from serving.cache.memory_cache import ENTRY_BYTES, MemoryCache, MemoryCacheConfig
from serving.cache.near_cache import NearCache
from serving.cache.response_cache import CacheCounts


def memory(max_bytes: int = 1_000) -> MemoryCache:
    return MemoryCache(MemoryCacheConfig(max_bytes=max_bytes))


def test_what_is_found_far_is_near_from_then_on():
    async def story() -> None:
        far = memory()
        await far.put("a", b"1")
        cache = NearCache(memory(), far)
        for _ in range(3):
            assert await cache.get("a") == b"1"
        assert await cache.get("b") is None
        assert far.counts == CacheCounts(hits=1, misses=1)
        assert cache.counts == CacheCounts(hits=3, misses=1)

    asyncio.run(story())


def test_what_one_process_keeps_another_finds():
    async def story() -> None:
        far = memory()
        await NearCache(memory(), far).put("a", b"1")
        assert await NearCache(memory(), far).get("a") == b"1"

    asyncio.run(story())


def test_what_is_dropped_near_is_found_far():
    async def story() -> None:
        cache = NearCache(memory(max_bytes=10 + ENTRY_BYTES), memory())
        for key in "ab":
            await cache.put(key, bytes(8))
        assert [await cache.get(key) for key in "ab"] == [bytes(8)] * 2

    asyncio.run(story())


def test_failures_of_the_far_cache_are_told():
    far = memory()
    far.counts.errors = 2
    assert NearCache(memory(), far).counts == CacheCounts(errors=2)
