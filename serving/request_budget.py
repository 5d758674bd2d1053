"""How many bytes of requests are held at once, by all callers together.

A request counts from when it has arrived whole until it is answered; what is still arriving is
bounded by `serving.arrivals`. What counts takes up to four times its bytes, once it is unpacked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from data.errors import OverloadError
from serving.limits import MAX_HELD_BYTES

RETRY_S: Final = 0.5


class RequestBudget:
    """The bytes of one server; its event loop alone may ask.

    Args:
        limit: bytes that are held at once.
    """

    def __init__(self, limit: int = MAX_HELD_BYTES) -> None:
        self._limit, self._held = limit, 0

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """Hold a request within the block; raises OverloadError where there is no room for it."""
        self.take(size)
        try:
            yield
        finally:
            self.give_back(size)

    def take(self, size: int) -> None:
        """Count a request in; raises OverloadError, and counts nothing, beyond the limit."""
        if self._held + size > self._limit:
            raise OverloadError(
                f"bytes of requests that are held: {self._held}", retry_after_s=RETRY_S
            )
        self._held += size

    def give_back(self, size: int) -> None:
        """Count a request out."""
        self._held -= size
