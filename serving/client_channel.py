"""What clients of all services share: a connection, a deadline, errors by name."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, TypeVar

import grpc

from serving.call_error import error_of_call
from serving.call_policy import CallPolicy
from serving.limits import MAX_MESSAGE_BYTES
from serving.security.channel import NO_CREDENTIALS, Credentials, open_channel

Entered = TypeVar("Entered", bound="Client")

DEADLINE_S: Final = 10.0
ATTEMPTS: Final = 5
OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.enable_http_proxy", 0),  # a web proxy in the environment is not meant for this
    ("grpc.use_local_subchannel_pool", 1),  # a connection a client, so that they spread on workers
)


class Client:
    """Asks one server; to be used in a `with` block.

    Args:
        address: host and port.
        deadline_s: seconds after which a call fails with DEADLINE_EXCEEDED.
        attempts: how often a call is tried, with pauses, while the server is away or overloaded.
        credentials: what to trust and what to show; by default calls are not encrypted.

    Raises:
        SchemaError: a key would cross a network unencrypted.
        UnreadableError: a file of the credentials is missing.
    """

    def __init__(
        self,
        address: str,
        *,
        deadline_s: float = DEADLINE_S,
        attempts: int = ATTEMPTS,
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        self._deadline_s = deadline_s
        policy = CallPolicy(deadline_s=deadline_s, attempts=attempts)
        self._channel = open_channel(address, credentials, (*OPTIONS, *policy.channel_options()))

    def __enter__(self: Entered) -> Entered:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._channel.close()

    def _call(self, method: Callable[..., Any], request: object) -> Any:
        """The response; raises CallError."""
        try:
            return method(request, timeout=self._deadline_s)
        except grpc.RpcError as error:
            raise error_of_call(error) from None
