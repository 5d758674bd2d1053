"""How many requests may be on their way in at once, and for how long.

gRPC takes a request in, up to 32 MiB of it, from when it is asked for it; until then a call costs
the window of its stream. So requests that begin and do not end take the memory of a few.
"""

import asyncio
from typing import Any, Final

import grpc

from data.errors import OverloadError, SchemaError, TooLateError
from serving.limits import MAX_CONCURRENT_CALLS

MAX_ARRIVING: Final = 16
ARRIVAL_S: Final = 10.0  # the deadline of the client, which is none of those who send without end
RETRY_S: Final = 0.5
LEAVING_S: Final = 0.05
"""A call whose caller left looks like one without a request at first, and is cancelled by then."""


class Arrivals:
    """Those of one server; its event loop alone may ask.

    Args:
        limit: requests that arrive at once; up to 4,096 wait for their turn, or arrive.
        within_s: seconds that may pass until a request is there.
    """

    def __init__(self, limit: int = MAX_ARRIVING, within_s: float = ARRIVAL_S) -> None:
        self._room, self._within_s, self._expected = asyncio.Semaphore(limit), within_s, 0

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
        try:
            async with asyncio.timeout(self._within_s), self._room:
                payload = await context.read()
        except TimeoutError:
            raise TooLateError(f"a request was not there within {self._within_s:g} s") from None
        finally:
            self._expected -= 1
        if payload is grpc.aio.EOF:
            await asyncio.sleep(LEAVING_S)
            raise SchemaError(expected="a request", got="none")
        return bytes(payload)
