"""One suite over the caches."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from serving.cache.memory_cache import MemoryCache, MemoryCacheConfig
from serving.cache.near_cache import NearCache
from serving.cache.redis_cache import RedisCache, RedisCacheConfig
from serving.cache.response_cache import CacheCounts, ResponseCache, response_key
from serving.overlay.state import ROOT, Mark
from tests.serving.repeated_calls import PATIENCE_S

Build = Callable[[float], ResponseCache]


@pytest.fixture(params=["memory", "redis", "near"])
def build(request: pytest.FixtureRequest, shared_redis, lineage) -> Build:
    """A cache that keeps responses for some seconds and up to 200,000 bytes each."""

    def memory(ttl_s: float) -> ResponseCache:
        return MemoryCache(MemoryCacheConfig(max_bytes=200_000, ttl_s=ttl_s))

    def redis(ttl_s: float) -> ResponseCache:
        return RedisCache(
            RedisCacheConfig(
                url=shared_redis.url,
                lineage=lineage,
                ttl_s=ttl_s,
                timeout_s=PATIENCE_S,
                max_response_bytes=200_000,
            )
        )

    def near(ttl_s: float) -> ResponseCache:
        return NearCache(memory(ttl_s), redis(ttl_s))

    return {"memory": memory, "redis": redis, "near": near}[request.param]


def run(build: Build, story: Callable[[ResponseCache], Awaitable[None]], ttl_s: float = 60) -> None:
    async def whole() -> None:
        cache = build(float(ttl_s))
        await story(cache)
        await cache.close()

    asyncio.run(whole())


def test_a_response_is_found_again_and_counted(build):
    async def story(cache: ResponseCache) -> None:
        assert await cache.get("a") is None
        await cache.put("a", b"\x00answer\xff")
        await cache.put("empty", b"")
        assert await cache.get("a") == b"\x00answer\xff"
        assert await cache.get("empty") == b""
        assert await cache.get("b") is None
        assert cache.counts == CacheCounts(hits=2, misses=2)

    run(build, story)


def test_the_last_response_put_counts(build):
    async def story(cache: ResponseCache) -> None:
        await cache.put("a", b"1")
        await cache.put("a", b"2")
        assert await cache.get("a") == b"2"

    run(build, story)


def test_a_response_goes_after_its_time(build):
    async def story(cache: ResponseCache) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await cache.get("a") is None:  # its time may be over before it is asked for
                await cache.put("a", b"1")
            while await cache.get("a") is not None:
                await asyncio.sleep(0.01)

    run(build, story, ttl_s=0.1)


def test_a_response_that_is_too_large_is_not_kept(build):
    async def story(cache: ResponseCache) -> None:
        await cache.put("a", b"x" * 200_001)
        assert await cache.get("a") is None
        await cache.put("a", b"x" * 199_000)
        assert await cache.get("a") == b"x" * 199_000

    run(build, story)


def test_callers_at_once_get_their_own(build):
    async def story(cache: ResponseCache) -> None:
        await asyncio.gather(*(cache.put(str(n), str(n).encode()) for n in range(300)))
        found = await asyncio.gather(*(cache.get(str(n)) for n in range(300)))
        assert found == [str(n).encode() for n in range(300)]

    run(build, story)


def keys() -> Iterator[str]:
    later = Mark(version=1, token="t1")  # noqa: S106 - not a password
    turned_back = Mark(version=1, token="t2")  # noqa: S106 - not a password
    for bundle_id in ("b1", "b2"):
        for mark in (ROOT, later, turned_back):
            for method, request in (("M", b"ab"), ("Ma", b"b"), ("M", b"abc"), ("N", b"ab")):
                yield response_key(bundle_id, mark, method, request)


def test_a_key_tells_bundle_overlay_method_and_request_apart():
    assert len(set(keys())) == 24
    assert list(keys()) == list(keys())


def test_another_release_does_not_find_what_this_one_kept(build, monkeypatch):
    async def story(cache: ResponseCache) -> None:
        await cache.put(next(keys()), b"encoded by this release")
        assert await cache.get(next(keys())) == b"encoded by this release"
        monkeypatch.setattr("serving.cache.response_cache.RELEASE", "0.0.9-00000000")
        assert await cache.get(next(keys())) is None

    run(build, story)
