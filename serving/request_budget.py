"""How many bytes of requests and of answers are held at once, for all callers together.

A request counts from when it has arrived whole until it is answered, and its answer until the
caller has taken it; what is still arriving is bounded by `serving.arrivals`. A request takes up to
four times its bytes, once it is unpacked; an answer that waits takes twice its bytes.

A key has half of all that at most, so that a caller who takes no answers leaves room for others.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from data.errors import OverloadError
from serving.limits import MAX_HELD_BYTES, MAX_MESSAGE_BYTES

RETRY_S: Final = 0.5
CALL_BYTES: Final = 4_096
"""What a call takes beside its request, so that there is always room for a small answer to it."""
LARGEST_BYTES: Final = MAX_MESSAGE_BYTES + CALL_BYTES


class RequestBudget:
    """The bytes of one server; its event loop alone may ask.

    Args:
        limit: bytes that are held at once.
    """

    def __init__(self, limit: int = MAX_HELD_BYTES) -> None:
        self._limit, self._held = limit, 0
        self._share = max(limit // 2, LARGEST_BYTES)
        self._held_by: Counter[str] = Counter()

    @contextmanager
    def holding(self, size: int, caller: str) -> Iterator[None]:
        """Hold so many within the block; raises OverloadError where there is no room for them."""
        self.take(size, caller)
        try:
            yield
        finally:
            self.give_back(size, caller)

    def take(self, size: int, caller: str) -> None:
        """Count some in; raises OverloadError, and counts nothing, beyond the limit.

        Args:
            size: bytes.
            caller: name of a key, which has a share; empty where none is needed.
        """
        if self._held + size > self._limit:
            raise _overload(self._held)
        if caller and self._held_by[caller] + size > self._share:
            raise _overload(self._held_by[caller], f" for {caller}")
        self._held += size
        self._held_by[caller] += size

    def give_back(self, size: int, caller: str) -> None:
        """Count them out again."""
        self._held -= size
        self._held_by[caller] -= size


def _overload(held: int, whose: str = "") -> OverloadError:
    return OverloadError(
        f"bytes of requests and answers that are held{whose}: {held}", retry_after_s=RETRY_S
    )
