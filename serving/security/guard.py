"""The place where a call is let in or refused."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final

import grpc

from data.errors import OutfitError
from serving.security.access import Access

OUR_METHODS: Final = "/outfit."
"""What their names begin with; others are gRPC's own."""

CALLER: Final[ContextVar[str]] = ContextVar("caller", default="")
"""The name of the key that the current call bears, empty where none is needed."""


class AccessGuard(grpc.aio.ServerInterceptor):
    """Refuses calls that `Access` refuses; to stand behind `CallInterceptor`, which tells why.

    A refused call is not read: its message stays where it is. Health and reflection, which are
    gRPC's own, are open wherever they are served.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    async def intercept_service(
        self,
        continuation: Callable[[Any], Awaitable[Any]],
        handler_call_details: Any,
    ) -> Any:
        """The handler of an accepted call, or one that refuses."""
        handler = await continuation(handler_call_details)
        method, metadata = handler_call_details.method, handler_call_details.invocation_metadata
        if handler is None or not method.startswith(OUR_METHODS):
            return handler

        def name() -> str:
            return self._access.caller(method, metadata)

        try:
            caller = name()
            CALLER.set(caller)
            if handler.request_streaming:
                return self._paced(handler, name)
            self._access.count(caller)
        except OutfitError as error:
            return _refusing(error)
        return handler

    def _paced(self, handler: Any, name: Callable[[], str]) -> Any:
        """The handler of a stream, whose every message counts as a request.

        A caller that sends too fast is read more slowly; one whose key was taken away is refused.
        """

        async def behaviour(messages: AsyncIterator[Any], context: Any) -> None:
            await handler.stream_stream(
                _Paced(messages, lambda: self._access.wait_s(name())), context
            )

        return grpc.stream_stream_rpc_method_handler(
            behaviour,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


class _Paced:
    """Messages, each once `wait_s` is 0; unlike a generator it keeps none of them."""

    def __init__(self, messages: AsyncIterator[Any], wait_s: Callable[[], float]) -> None:
        self._messages, self._wait_s = messages, wait_s

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        message = await anext(self._messages)
        while wait_s := self._wait_s():
            await asyncio.sleep(wait_s)
        return message


def _refusing(error: OutfitError) -> Any:
    """A handler that raises before it reads, which only one of streams can."""

    async def behaviour(_messages: AsyncIterator[Any], _context: Any) -> None:
        raise error

    return grpc.stream_stream_rpc_method_handler(behaviour)
