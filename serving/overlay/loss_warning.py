"""The warning of a server whose Redis may lose updates that it acknowledged."""

import asyncio
import logging
from collections.abc import Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from serving.overlay.redis_losses import Loss, losses, read_facts
from serving.redis_connection import address_of

LOGGER = logging.getLogger(__name__)


class LossWarning:
    """Looks at the settings of a Redis in the background, and tells the log what is new in them.

    Args:
        client: with which it is asked; it bounds how long an answer may take.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._told: Sequence[Loss] | None = ()
        self._looking: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Look at a Redis that was just reached; nobody waits for it, and nothing comes of errors.

        A look at the one before ends.
        """
        if self._looking is not None:
            self._looking.cancel()
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """End the look."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        try:
            facts = await read_facts(self._client)
        except (RedisError, OSError):
            return
        found = None if facts is None else losses(facts)
        if found != self._told:
            self._told = found
            self._tell(found)

    def _tell(self, found: Sequence[Loss] | None) -> None:
        where = address_of(self._client)
        if found is None:
            LOGGER.info("may not look whether Redis keeps updates", extra={"where": where})
        elif found:
            told = {
                "found": "; ".join(loss.found for loss in found),
                "advice": " ".join(loss.advice for loss in found),
            }
            LOGGER.warning("Redis may lose acknowledged updates", extra={"where": where} | told)
