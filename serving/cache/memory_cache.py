"""A response cache in the memory of one process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from serving.cache.response_cache import CacheCounts

ENTRY_BYTES: Final = 360
"""Memory of an entry beside the characters of its key and the bytes of its response: their headers,
the time, and the places in the table (resident memory of CPython 3.11, full and turned over)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryCacheConfig:
    """How much to keep, and for how long."""

    max_bytes: int = 64 * 2**20  # of responses, their keys, and what Python needs to hold them
    ttl_s: float = 300.0  # an answer never changes for its key; old states only take room


class MemoryCache:
    """Keeps the responses asked for last."""

    def __init__(
        self, config: MemoryCacheConfig, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._config, self._now = config, now
        self._responses: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self.counts = CacheCounts()
        self.size = 0

    async def get(self, key: str) -> bytes | None:
        """The response, unless it was dropped or is too old."""
        kept = self._responses.get(key)
        if kept is not None and kept[0] <= self._now():
            self._drop(key)
            kept = None
        if kept is None:
            self.counts.misses += 1
            return None
        self._responses.move_to_end(key)
        self.counts.hits += 1
        return kept[1]

    async def put(self, key: str, response: bytes) -> None:
        """Keep a response, and drop those that were asked for longest ago to make room."""
        if key in self._responses:
            self._drop(key)
        size = _size(key, response)
        if size > self._config.max_bytes:
            return
        self._responses[key] = (self._now() + self._config.ttl_s, response)
        self.size += size
        while self.size > self._config.max_bytes:
            self._drop(next(iter(self._responses)))

    async def close(self) -> None:
        """Drop everything."""
        self._responses.clear()
        self.size = 0

    def _drop(self, key: str) -> None:
        _, response = self._responses.pop(key)
        self.size -= _size(key, response)


def _size(key: str, response: bytes) -> int:
    return ENTRY_BYTES + len(key) + len(response)
