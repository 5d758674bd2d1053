"""How a client of ours waits and asks again, as a service config that every gRPC library reads."""

import json
from dataclasses import dataclass
from typing import Any, Final

from serving.pb.outfit.v1 import outfit_service_pb2

SERVICE: Final = outfit_service_pb2.DESCRIPTOR.services_by_name["OutfitService"]
RETRYABLE: Final = (
    "UNAVAILABLE",  # no server, no bundle yet, or a connection that broke
    "RESOURCE_EXHAUSTED",  # overload
    "CANCELLED",  # told by a server that ends to a call that arrives at the last moment
)
RECONNECT_MS: Final = (100, 2_000)
"""First and longest pause before connecting again; gRPC's own, up to 2 minutes, outlast a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPolicy:
    """Every method may be repeated safely, so what may succeed later is asked again.

    The pauses between attempts double from the first to the longest, each drawn up to a fifth
    longer or shorter. A client whose calls mostly fail stops asking again until they succeed, so
    that an overloaded server is not asked more.
    """

    deadline_s: float = 10.0  # of a call with all its attempts; a stream has none
    attempts: int = 5  # at most, the first included; gRPC knows no more than 5
    first_pause_s: float = 0.2
    longest_pause_s: float = 2.0

    def service_config(self) -> str:
        """The policy as JSON."""
        unary = [method for method in SERVICE.methods if not method.client_streaming]
        named = [{"service": SERVICE.full_name, "method": method.name} for method in unary]
        method: dict[str, Any] = {"name": named, "timeout": _duration(self.deadline_s)}
        if self.attempts > 1:
            method["retryPolicy"] = {
                "maxAttempts": self.attempts,
                "initialBackoff": _duration(self.first_pause_s),
                "maxBackoff": _duration(self.longest_pause_s),
                "backoffMultiplier": 2,
                "retryableStatusCodes": RETRYABLE,
            }
        throttling = {"maxTokens": 10, "tokenRatio": 0.1}
        return json.dumps({"methodConfig": [method], "retryThrottling": throttling})

    def channel_options(self) -> tuple[tuple[str, str | int], ...]:
        """What a channel takes to keep to the policy."""
        first, longest = RECONNECT_MS
        return (
            ("grpc.service_config", self.service_config()),
            ("grpc.initial_reconnect_backoff_ms", first),
            ("grpc.min_reconnect_backoff_ms", first),
            ("grpc.max_reconnect_backoff_ms", longest),
        )


def _duration(seconds: float) -> str:
    return f"{seconds:.9f}s"
