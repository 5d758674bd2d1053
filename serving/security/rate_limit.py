"""How often a key may ask."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """What every key may ask.

    Args:
        rate: requests a second, above 0.
        burst: requests at once after a pause, 1 or more.
    """

    rate: float
    burst: int


class TokenBucket:
    """Holds a token a request, at most `burst` of them, and gains `rate` a second.

    Args:
        limit: of one key.
        clock: seconds that only grow.
    """

    def __init__(self, limit: RateLimit, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._tokens, self._counted = float(limit.burst), clock()

    def take(self) -> float:
        """Take a token: 0 where there was one, else the seconds until there is, and none taken."""
        now = self._clock()
        gained = (now - self._counted) * self._limit.rate
        self._tokens, self._counted = min(self._limit.burst, self._tokens + gained), now
        if self._tokens < 1:
            return (1 - self._tokens) / self._limit.rate
        self._tokens -= 1
        return 0.0


class RateLimits:
    """A bucket for each name that ever asked.

    Args:
        limit: of every name.
        clock: seconds that only grow.
    """

    def __init__(self, limit: RateLimit, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._buckets: dict[str, TokenBucket] = {}

    def take(self, name: str) -> float:
        """As `TokenBucket.take`, of the bucket of a name."""
        if name not in self._buckets:
            self._buckets[name] = TokenBucket(self._limit, self._clock)
        return self._buckets[name].take()
