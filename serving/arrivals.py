"""How many requests may be on their way in at once, and for how long.

gRPC takes a request in, up to 32 MiB of it, from when it is asked for it; until then a call costs
the window of its stream. So requests that begin and do not end take the memory of a few, and
while others wait each has its place for no longer than its share.
"""

import asyncio
import time
from typing import Any, Final

import grpc

from data.errors import OverloadError, SchemaError, TooLateError
from serving.limits import MAX_CONCURRENT_CALLS

MAX_ARRIVING: Final = 16
ARRIVAL_S: Final = 10.0  # the deadline of the client, which is none of those who send without end
SHARE_S: Final = 1.0
RETRY_S: Final = 0.5
LEAVING_S: Final = 0.05
"""A call whose caller left looks like one without a request at first, and is cancelled by then."""


class Arrivals:
    """Those of one server; its event loop alone may ask.

    Args:
        limit: requests that arrive at once; up to 4,096 wait for their turn, or arrive.
        within_s: seconds that may pass until a request is there.
        share_s: after which, while others wait, the one that arrives for longest gives way.
    """

    def __init__(
        self,
        limit: int = MAX_ARRIVING,
        within_s: float = ARRIVAL_S,
        share_s: float = SHARE_S,
    ) -> None:
        self._limit, self._within_s, self._share_s = limit, within_s, share_s
        self._room, self._expected = asyncio.Semaphore(limit), 0
        self._arriving: dict[asyncio.Timeout, float] = {}
        self._next: asyncio.TimerHandle | None = None

    async def read(self, context: Any) -> bytes:
        """The only request of a call, once it is there.

        Raises:
            OverloadError: too many others are expected.
            TooLateError: it was not there in time.
            SchemaError: the call has none.
        """
        if self._expected >= MAX_CONCURRENT_CALLS:
            raise OverloadError(f"expected requests: {self._expected}", retry_after_s=RETRY_S)
        self._expected += 1
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._within_s) as patience:
                payload = await self._arrived(context, patience)
        except TimeoutError:
            waited = time.monotonic() - began
            raise TooLateError(f"a request was not there after {waited:.1f} s") from None
        finally:
            self._expected -= 1
        if payload is grpc.aio.EOF:
            await asyncio.sleep(LEAVING_S)
            raise SchemaError(expected="a request", got="none")
        return bytes(payload)

    async def _arrived(self, context: Any, patience: asyncio.Timeout) -> Any:
        """What is read, in its turn."""
        self._look_after_shares()
        async with self._room:
            self._arriving[patience] = asyncio.get_running_loop().time()
            self._look_after_shares()
            try:
                return await context.read()
            finally:
                self._arriving.pop(patience, None)

    def _look_after_shares(self) -> None:
        """Where others wait, be there when the one that arrives for longest has had its share."""
        if self._next is None and self._arriving and self._expected > self._limit:
            since = next(iter(self._arriving.values()))
            loop = asyncio.get_running_loop()
            self._next = loop.call_at(since + self._share_s, self._give_way)

    def _give_way(self) -> None:
        """End the one that arrives for longest, where it has had its share and others wait."""
        self._next = None
        if self._arriving and self._expected > self._limit:
            longest, since = next(iter(self._arriving.items()))
            now = asyncio.get_running_loop().time()
            if since + self._share_s <= now and not longest.expired():
                del self._arriving[longest]
                longest.reschedule(now)
        self._look_after_shares()
