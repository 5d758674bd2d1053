"""How many bytes of requests and of answers are held at once, for all callers together.

A request counts from when it has arrived whole until it is answered, and its answer until the
caller has taken it; what is still arriving is bounded by `serving.arrivals`. A request takes up to
four times its bytes, once it is unpacked; an answer that waits takes twice its bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from data.errors import OverloadError
from serving.limits import MAX_HELD_BYTES

RETRY_S: Final = 0.5
CALL_BYTES: Final = 4_096
"""What a call takes beside its request, so that there is always room for a small answer to it."""


class RequestBudget:
    """The bytes of one server; its event loop alone may ask.

    Args:
        limit: bytes that are held at once.
    """

    def __init__(self, limit: int = MAX_HELD_BYTES) -> None:
        self._limit, self._held = limit, 0

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """Hold so many within the block; raises OverloadError where there is no room for them."""
        self.take(size)
        try:
            yield
        finally:
            self.give_back(size)

    def take(self, size: int) -> None:
        """Count some in; raises OverloadError, and counts nothing, beyond the limit."""
        if self._held + size > self._limit:
            raise OverloadError(
                f"bytes of requests and answers that are held: {self._held}", retry_after_s=RETRY_S
            )
        self._held += size

    def give_back(self, size: int) -> None:
        """Count them out again."""
        self._held -= size
