"""A response cache in Redis, shared by all replicas of a shop; without Redis everything misses."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from serving.cache.response_cache import CacheCounts
from serving.redis_connection import connect, key_prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisCacheConfig:
    """Where to keep responses, and for how long."""

    url: str
    lineage: str  # of the catalogue, so that shops that share a Redis do not mix
    ttl_s: float = 300.0
    timeout_s: float = 0.05  # of all that a call waits; a slower answer is computed sooner
    pause_s: float = 1.0  # after an error, so that a lost Redis does not slow down every call
    max_response_bytes: int = 2**20


class RedisCache:
    """Answers None whenever Redis does not answer in time."""

    def __init__(self, config: RedisCacheConfig) -> None:
        self._config = config
        self._client: Redis = connect(config.url, timeout_s=config.timeout_s)
        self._prefix = f"{key_prefix(config.lineage)}:cache:"
        self._paused_until = 0.0
        self.counts = CacheCounts()

    async def get(self, key: str) -> bytes | None:
        """The response; None where there is none, or Redis fails."""
        found: bytes | None = None
        if not self._paused():
            try:
                answer = await self._in_time(self._client.get(self._prefix + key))
                found = answer if isinstance(answer, bytes) else None
            except (RedisError, OSError):
                self._fail()
        if found is None:
            self.counts.misses += 1
        else:
            self.counts.hits += 1
        return found

    async def put(self, key: str, response: bytes) -> None:
        """Keep a response, unless it is too large or Redis fails."""
        if self._paused() or len(response) > self._config.max_response_bytes:
            return
        try:
            ttl_ms = int(self._config.ttl_s * 1000)
            await self._in_time(self._client.set(self._prefix + key, response, px=ttl_ms))
        except (RedisError, OSError):
            self._fail()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _in_time(self, command: Awaitable[Any]) -> Any:
        """What Redis answers; TimeoutError once it is too late, whatever the client waits for.

        The client's own timeouts follow one another (for a place in the pool, to connect, each
        answer of the handshake), and it may hold on to a cancellation for as long.
        """
        task = asyncio.ensure_future(command)
        task.add_done_callback(_heed)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._config.timeout_s)
        finally:
            task.cancel()
        if not done:
            raise TimeoutError
        return task.result()

    def _paused(self) -> bool:
        return time.monotonic() < self._paused_until

    def _fail(self) -> None:
        self.counts.errors += 1
        self._paused_until = time.monotonic() + self._config.pause_s


def _heed(task: asyncio.Future[Any]) -> None:
    """Nobody else looks at the error of a task that was given up."""
    if not task.cancelled():
        task.exception()
