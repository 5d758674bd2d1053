"""A response cache in memory before one that many share."""

from serving.cache.response_cache import CacheCounts, ResponseCache


class NearCache:
    """Asks the far cache only for what is not near, and keeps near what it finds there.

    A key names the state that answers, so that what is near cannot be stale.

    Args:
        near: of this process.
        far: of all.
    """

    def __init__(self, near: ResponseCache, far: ResponseCache) -> None:
        self._near, self._far = near, far

    @property
    def counts(self) -> CacheCounts:
        """Hits of both; a miss is what neither has."""
        far = self._far.counts
        hits = self._near.counts.hits + far.hits
        return CacheCounts(hits=hits, misses=far.misses, errors=far.errors)

    async def get(self, key: str) -> bytes | None:
        """The response; None where neither has it."""
        response = await self._near.get(key)
        if response is None:
            response = await self._far.get(key)
            if response is not None:
                await self._near.put(key, response)
        return response

    async def put(self, key: str, response: bytes) -> None:
        """Keep a response in both."""
        await self._near.put(key, response)
        await self._far.put(key, response)

    async def close(self) -> None:
        """Drop what is near, and let go of connections."""
        await self._near.close()
        await self._far.close()
