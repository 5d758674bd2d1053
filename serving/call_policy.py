"""How a client of ours waits and asks again, as a service config that every gRPC library reads."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.descriptor import MethodDescriptor

from serving.pb.outfit.v1 import bundle_service_pb2, catalog_service_pb2, outfit_service_pb2

METHODS: Final[tuple[MethodDescriptor, ...]] = tuple(
    method
    for file in (outfit_service_pb2, catalog_service_pb2, bundle_service_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
)
NOT_TWICE: Final = frozenset({"RollBackBundle"})
"""Methods that must not be repeated when only the answer was lost."""
RETRYABLE: Final = (
    "UNAVAILABLE",  # no server, no bundle yet, or a connection that broke
    "RESOURCE_EXHAUSTED",  # overload
    "CANCELLED",  # what a server that ends tells a call that arrives at the last moment
)
THROTTLING: Final = {"maxTokens": 1_000, "tokenRatio": 0.5}
"""A failure takes a token, a success gives half of one; below half of them nothing is repeated."""
RECONNECT_MS: Final = (100, 2_000)
"""First and longest pause before connecting again; gRPC's own, up to 2 minutes, outlast a call."""
CONNECT_MS: Final = 3_000
"""How long connecting may take: gRPC calls it the least pause. TLS from far away has time for its
round trips, and what hangs is tried again within a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPolicy:
    """Deadlines, and what is asked again.

    The pauses between attempts double from the first to the longest, each drawn up to a fifth
    longer or shorter. A client most of whose calls fail stops asking again until they succeed, so
    that an overloaded server is not asked all the more.

    Args:
        deadline_s: of a call with all its attempts; a stream has none.
        attempts: at most, the first included; gRPC knows no more than 5.
        first_pause_s: before the second attempt.
        longest_pause_s: before any.
    """

    deadline_s: float = 10.0
    attempts: int = 5
    first_pause_s: float = 0.2
    longest_pause_s: float = 2.0

    def service_config(self, *, deadlines: bool = True) -> str:
        """The policy as JSON.

        Args:
            deadlines: are in it; else callers give them with each call.
        """
        unary = [method for method in METHODS if not method.client_streaming]
        once = [method for method in unary if self.attempts == 1 or method.name in NOT_TWICE]
        often = [method for method in unary if method not in once]
        deadline = {"timeout": _duration(self.deadline_s)} if deadlines else {}
        configs = [_config(once, deadline)]
        if often:
            configs.append(_config(often, deadline | {"retryPolicy": self._retry_policy()}))
        return json.dumps({"methodConfig": configs, "retryThrottling": THROTTLING})

    def channel_options(self) -> tuple[tuple[str, str | int], ...]:
        """What a channel of Python takes to keep to the policy, whose deadline each call is given.

        The core of gRPC, which Python shares with C++, ends deadlines of a service config one to
        two seconds early, those of a second at once.
        """
        first, longest = RECONNECT_MS
        return (
            ("grpc.service_config", self.service_config(deadlines=False)),
            ("grpc.initial_reconnect_backoff_ms", first),
            ("grpc.min_reconnect_backoff_ms", CONNECT_MS),
            ("grpc.max_reconnect_backoff_ms", longest),
        )

    def _retry_policy(self) -> dict[str, Any]:
        return {
            "maxAttempts": self.attempts,
            "initialBackoff": _duration(self.first_pause_s),
            "maxBackoff": _duration(self.longest_pause_s),
            "backoffMultiplier": 2,
            "retryableStatusCodes": RETRYABLE,
        }


def _config(methods: Sequence[MethodDescriptor], rules: dict[str, Any]) -> dict[str, Any]:
    names = [
        {"service": method.containing_service.full_name, "method": method.name}
        for method in methods
    ]
    return {"name": names, **rules}


def _duration(seconds: float) -> str:
    return f"{seconds:.9f}s"
