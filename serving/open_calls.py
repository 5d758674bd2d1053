"""Calls that everybody may make, of health and reflection: what is no request is refused by name.

Left to itself gRPC answers UNKNOWN, with the text of what Python raised, and keeps a request of
any size for as long as its call goes on.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError, Message

from data.errors import OutfitError
from serving.arrivals import Arrivals
from serving.errors import refusal_of

MAX_OPEN_BYTES: Final = 4_096
"""Of a request; it holds a name of a service, a symbol or a file."""


def open_unary(
    ask: Callable[[Any, Any], Awaitable[Any]], kind: type[Message], arrivals: Arrivals
) -> Any:
    """The handler of a method with one request, of a kind, and one response."""
    behaviour = _once(ask, kind, arrivals)
    return grpc.stream_unary_rpc_method_handler(behaviour, response_serializer=_serialized)


def open_watch(
    tell: Callable[[Any, Any], Awaitable[None]], kind: type[Message], arrivals: Arrivals
) -> Any:
    """The handler of a method with one request whose responses are written as they come."""
    behaviour = _once(tell, kind, arrivals)
    return grpc.stream_stream_rpc_method_handler(behaviour, response_serializer=_serialized)


def open_stream(
    answers: Callable[[AsyncIterator[Any], Any], AsyncIterator[Any]], kind: type[Message]
) -> Any:
    """The handler of a method with a response for each request of a stream."""

    async def requests(payloads: AsyncIterator[bytes], context: Any) -> AsyncIterator[Any]:
        async for payload in payloads:
            request = _read(payload, kind)
            del payload
            yield await _accepted(request, context)

    async def behaviour(payloads: AsyncIterator[bytes], context: Any) -> AsyncIterator[Any]:
        async for response in answers(requests(payloads, context), context):
            yield response

    return grpc.stream_stream_rpc_method_handler(behaviour, response_serializer=_serialized)


def _once(
    ask: Callable[[Any, Any], Awaitable[Any]], kind: type[Message], arrivals: Arrivals
) -> Any:
    async def behaviour(_payloads: AsyncIterator[bytes], context: Any) -> Any:
        try:
            request = _read(await arrivals.read(context), kind)
        except OutfitError as error:
            refusal = refusal_of(error)
            return await context.abort(refusal.code, refusal.sentence)
        return await ask(await _accepted(request, context), context)

    return behaviour


def _read(payload: bytes, kind: type[Message]) -> Message | str:
    """The request, or what is wrong with it."""
    if len(payload) > MAX_OPEN_BYTES:
        return f"expected a request of at most {MAX_OPEN_BYTES} bytes, got {len(payload)}"
    try:
        return kind.FromString(payload)
    except DecodeError:
        return f"expected a {kind.DESCRIPTOR.name}, got {len(payload)} bytes that are none"


async def _accepted(request: Message | str, context: Any) -> Any:
    if isinstance(request, str):
        return await context.abort(grpc.StatusCode.INVALID_ARGUMENT, request)
    return request


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()
