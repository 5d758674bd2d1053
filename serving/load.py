"""Load on one method of a server: as many callers as are wanted, each with one call at a time.

Requests and responses stay bytes, so that the generator costs the same whatever it asks.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc
import numpy as np

from serving.call_error import error_of_call
from serving.client_channel import OPTIONS

LOAD_OPTIONS: Final = (*OPTIONS, ("grpc.enable_retries", 0))
"""Of a channel that hides no failure by asking again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is asked, and when it ends: after `seconds` or `max_calls`, whichever comes first.

    Args:
        method: its path, such as `/outfit.v1.OutfitService/FillInTheBlank`.
        requests: at least one; asked in turn, over and over.
        concurrency: callers.
        seconds: for which calls are begun.
        max_calls: of all callers together.
        deadline_s: of a call.
    """

    method: str
    requests: Sequence[bytes]
    concurrency: int = 1
    seconds: float = 10.0
    max_calls: int = 1_000_000
    deadline_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What came of a load.

    Args:
        seconds: from the first call to the end of the last.
        latencies_s: of the calls that were answered.
        errors: number of the others by code and reason, such as `NOT_FOUND (UNKNOWN_ITEM)`.
    """

    seconds: float
    latencies_s: Sequence[float]
    errors: Mapping[str, int]

    @classmethod
    def joined(cls, parts: Sequence["LoadResult"]) -> "LoadResult":
        """Several, put one after the other."""
        return cls(
            seconds=sum(part.seconds for part in parts),
            latencies_s=[latency for part in parts for latency in part.latencies_s],
            errors=sum((Counter(part.errors) for part in parts), Counter()),
        )

    @property
    def num_errors(self) -> int:
        """Calls that were not answered."""
        return sum(self.errors.values())

    @property
    def per_second(self) -> float:
        """Calls that were answered, a second."""
        return len(self.latencies_s) / self.seconds

    def quantile_s(self, share: float) -> float:
        """The latency that this share of the answered calls did not exceed; at least one."""
        return float(np.quantile(self.latencies_s, share, method="inverted_cdf"))


async def put_load(
    channel: grpc.aio.Channel, load: Load, metadata: Sequence[tuple[str, str]] = ()
) -> LoadResult:
    """Ask until the load ends; calls that are under way then are waited for.

    Args:
        channel: to the server.
        load: what is asked.
        metadata: that every call bears.
    """
    call: Any = channel.unary_unary(load.method)
    numbers = iter(range(load.max_calls))
    latencies: list[float] = []
    errors: Counter[str] = Counter()
    began = time.perf_counter()

    async def ask() -> None:
        for number in numbers:  # shared by all callers
            start = time.perf_counter()
            if start - began >= load.seconds:
                return
            request = load.requests[number % len(load.requests)]
            try:
                await call(request, timeout=load.deadline_s, metadata=metadata)
            except grpc.aio.AioRpcError as error:
                errors[_reason(error)] += 1
            else:
                latencies.append(time.perf_counter() - start)

    await asyncio.gather(*(ask() for _ in range(load.concurrency)))
    return LoadResult(seconds=time.perf_counter() - began, latencies_s=latencies, errors=errors)


def _reason(error: grpc.aio.AioRpcError) -> str:
    told = error_of_call(error)
    return f"{told.code.name} ({told.reason})" if told.reason else told.code.name
