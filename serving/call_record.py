"""What is known of a call once it has ended, and who may be told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import grpc


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """A call that has ended.

    Args:
        method: full name (`/outfit.v1.OutfitService/ScoreOutfits`).
        code: that the caller got, or would have got had it waited.
        request_id: what the log calls it.
        metadata: that the caller sent.
        started_ns: nanoseconds since 1970.
        duration_s: until it ended, which for a stream is its whole life.
        batch_size: questions that the model answered together with this one; None where the model
            was not asked, and for a stream.
    """

    method: str
    code: grpc.StatusCode
    request_id: str
    metadata: Sequence[tuple[str, str | bytes]] = field(repr=False)  # may hold a key
    started_ns: int
    duration_s: float
    batch_size: int | None


@runtime_checkable
class CallObserver(Protocol):
    """Is told of calls on the event loop, so it has to be quick; it must not raise."""

    def ended(self, record: CallRecord) -> None:
        """A call has ended."""
        ...
