"""The protocol of a response cache, and the keys that make a stale answer impossible."""

import hashlib
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from serving.cache.release import RELEASE
from serving.overlay.state import Mark


@dataclass(slots=True)
class CacheCounts:
    """What became of the questions since the start; a failed one is a miss as well."""

    hits: int = 0
    misses: int = 0
    errors: int = 0


@runtime_checkable
class ResponseCache(Protocol):
    """Keeps responses for a while; what it loses is only computed again, so it never raises."""

    @property
    def counts(self) -> CacheCounts:
        """For metrics."""
        ...

    async def get(self, key: str) -> bytes | None:
        """The response that was put under the key; None where there is none any more."""
        ...

    async def put(self, key: str, response: bytes) -> None:
        """Keep a response; one that is too large is not kept."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def response_key(bundle_id: str, overlay: Mark, method: str, canonical: bytes) -> str:
    """The key of a response of this release, so that during an upgrade none reads another's.

    Args:
        bundle_id: that answers.
        overlay: the state that answers. Its token is in the key, because a log that lost its end
            may use a version again.
        method: full name of the method.
        canonical: the request in a form that is the same for equal requests.
    """
    digest = hashlib.blake2b(method.encode() + b"\0" + canonical, digest_size=16).hexdigest()
    return f"{RELEASE}:{bundle_id}:{overlay.version}:{overlay.token}:{digest}"
