"""Which cache the flags of `outfit serve` choose."""

import asyncio

import pytest

from data.errors import SchemaError
from serving.cache.memory_cache import MemoryCache
from serving.cache.near_cache import NearCache
from serving.cache.redis_cache import RedisCache
from serving.commands.response_caches import Caching, response_cache

REDIS = "redis://127.0.0.1:1"


@pytest.mark.parametrize(
    ("flags", "redis", "kind"),
    [
        (Caching(), None, MemoryCache),
        (Caching(cache_mib=0), None, type(None)),
        (Caching(redis_cache=False), None, MemoryCache),
        (Caching(), REDIS, NearCache),
        (Caching(cache_mib=0), REDIS, RedisCache),
        (Caching(redis_cache=False), REDIS, MemoryCache),
        (Caching(cache_mib=0, redis_cache=False), REDIS, type(None)),
    ],
)
def test_memory_keeps_answers_and_so_does_redis_where_there_is_one(
    flags: Caching, redis: str | None, kind: type
):
    assert type(response_cache(flags, redis, "shop")) is kind


def test_mebibytes_bound_what_memory_keeps():
    async def story() -> None:
        cache = response_cache(Caching(cache_mib=1), None, "shop")
        assert isinstance(cache, MemoryCache)
        for key in "abc":
            await cache.put(key, bytes(2**19))
        assert 2**19 < cache.size <= 2**20

    asyncio.run(story())


def test_an_address_that_is_none_is_refused():
    with pytest.raises(SchemaError, match="redis"):
        response_cache(Caching(), "http://host", "shop")
