"""Which response cache `outfit serve` keeps: the group of its flags."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

if TYPE_CHECKING:
    from serving.cache.response_cache import ResponseCache

Mebibytes = Annotated[int, Parameter(validator=validators.Number(gte=0))]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Caching:
    """Where answers are kept for those who ask again."""

    cache_mib: Mebibytes = 64
    """MiB of this process for answers, those of Redis included; 0 keeps none here."""

    redis_cache: bool = True
    """Keep answers in the Redis of --redis, for all servers of a shop."""


CACHING = Caching()


def response_cache(flags: Caching, redis: str | None, shop: str) -> "ResponseCache | None":
    """The cache of the flags; None where no answers are kept.

    Args:
        flags: of the command line.
        redis: address of the Redis of the updates; None where there is none.
        shop: names the catalogue within Redis.

    Raises:
        SchemaError: the address or the name is none.
    """
    near = _in_memory(flags.cache_mib) if flags.cache_mib else None
    far = _in_redis(redis, shop) if redis is not None and flags.redis_cache else None
    if near is None or far is None:
        return far if near is None else near
    from serving.cache.near_cache import NearCache

    return NearCache(near, far)


def _in_memory(mib: int) -> "ResponseCache":
    from serving.cache.memory_cache import MemoryCache, MemoryCacheConfig

    return MemoryCache(MemoryCacheConfig(max_bytes=mib * 2**20))


def _in_redis(url: str, shop: str) -> "ResponseCache":
    from serving.cache.redis_cache import RedisCache, RedisCacheConfig

    return RedisCache(RedisCacheConfig(url=url, lineage=shop))
