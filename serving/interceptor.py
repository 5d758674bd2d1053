"""The one place where an exception meets a client, and where every call is logged."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from data.errors import (
    ForbiddenError,
    InputError,
    OutfitError,
    RateLimitError,
    SchemaError,
    UnauthenticatedError,
)
from serving.arrivals import Arrivals
from serving.call_policy import METHODS
from serving.call_record import CallObserver
from serving.errors import refusal_of, status_of, wire_field
from serving.message_fields import check_fields
from serving.ongoing_call import CURRENT_CALL, REQUEST_ID_KEY, OngoingCall
from serving.request_budget import CALL_BYTES, RequestBudget
from serving.security.guard import CALLER, OUR_METHODS

logger = logging.getLogger(__name__)

REQUESTS = {
    f"/{method.containing_service.full_name}/{method.name}": method.input_type for method in METHODS
}

ROUNDED_SHARE, ROUNDED_S = 0.01, 0.002
"""By how much of it, and by how many seconds beside, a deadline is rounded up on its way."""

TURNED_AWAY = (UnauthenticatedError, ForbiddenError, RateLimitError)  # nothing is wrong here

Parser = Callable[[bytes], Any]
Behaviour = Callable[[Any, Any], Awaitable[Any]]


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Answers every exception with a status, hides what was not raised on purpose, logs the call.

    Health and reflection, which are gRPC's own, pass through untouched.

    Args:
        observers: are told of every call of ours when it has ended.
        budget: of the bytes of single calls and their answers; who answers a stream counts its own.
    """

    def __init__(
        self, observers: Sequence[CallObserver] = (), budget: RequestBudget | None = None
    ) -> None:
        self._observers, self._budget = observers, budget or RequestBudget()
        self._arrivals = Arrivals()
        self._wrapped: dict[str, Any] = {}

    async def intercept_service(
        self,
        continuation: Callable[[Any], Awaitable[Any]],
        handler_call_details: Any,
    ) -> Any:
        """Wrap the handler of one of our methods."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or not method.startswith(OUR_METHODS):
            return handler
        if handler.request_streaming:  # made for this call, as is one that refuses it
            return grpc.stream_stream_rpc_method_handler(
                _guarded(_streaming(_parser(handler, method), handler), method, self._observers),
                response_serializer=handler.response_serializer,
            )
        wrapped = self._wrapped.get(method)
        if wrapped is None:
            ask = _guarded(self._unary(_parser(handler, method), handler), method, self._observers)
            # Of a stream: it says itself when its request is read.
            wrapped = self._wrapped[method] = grpc.stream_unary_rpc_method_handler(ask)
        return wrapped

    def _unary(self, parsed: Parser, handler: Any) -> Behaviour:
        """What takes bytes, as they come, and gives bytes, which are held until they are read."""

        async def behaviour(_payloads: AsyncIterator[bytes], context: Any) -> bytes:
            payload = await self._arrivals.read(context)
            caller = CALLER.get()
            with self._budget.holding(len(payload) + CALL_BYTES, caller):
                response = await handler.unary_unary(parsed(payload), context)
            answer: bytes = handler.response_serializer(response)
            size = max(len(answer), CALL_BYTES)
            self._budget.take(size, caller)
            context.add_done_callback(lambda _context: self._budget.give_back(size, caller))
            return answer

        return behaviour


def status_told(error: BaseException) -> Status:
    """The status of an error of the current call, or of one question of it; the error is logged."""
    call = CURRENT_CALL.get()
    _log_failure(error, call)
    return status_of(error, call.request_id)


def _streaming(parsed: Parser, handler: Any) -> Behaviour:
    async def behaviour(_payloads: AsyncIterator[bytes], context: Any) -> None:
        await handler.stream_stream(_Messages(parsed, context), context)

    return behaviour


class _Messages:
    """Those of a stream; unlike a generator it keeps none until the next is wanted."""

    def __init__(self, parsed: Parser, context: Any) -> None:
        self._parsed, self._context = parsed, context

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        payload = await self._context.read()
        if payload is grpc.aio.EOF:
            raise StopAsyncIteration
        return self._parsed(payload)


def _guarded(ask: Behaviour, method: str, observers: Sequence[CallObserver]) -> Behaviour:
    async def behaviour(asked: Any, context: Any) -> Any:
        call = OngoingCall(method, context.invocation_metadata(), observers)
        if CALLER.get():
            call.fields["caller"] = CALLER.get()
        CURRENT_CALL.set(call)
        context.set_trailing_metadata(_named(call))
        asking = ask(asked, context)
        del asked  # what aborts a call is kept for a while, with all that its frames hold
        return await _answered(asking, call, context)

    return behaviour


async def _answered(asking: Awaitable[Any], call: OngoingCall, context: Any) -> Any:
    try:
        response = await asking
    except asyncio.CancelledError:
        call.end(_given_up(call, context))
        logger.info("given up", extra=call.fields)
        raise
    except grpc.aio.AbortError:
        call.end(context.code())
        logger.info("refused", extra=call.fields)
        raise
    except Exception as error:  # noqa: BLE001 - the one broad except: no text of ours leaks
        call.end(refusal_of(error).code)
        status = rpc_status.to_status(status_told(error))
    else:
        asyncio.get_running_loop().call_soon(_conclude, call)  # the response goes out before
        return response
    # Beyond the except: else what aborts the call would keep the error, and that the request.
    metadata = (*status.trailing_metadata, *_named(call))
    return await context.abort(status.code, status.details, metadata)


def _conclude(call: OngoingCall) -> None:
    call.end(grpc.StatusCode.OK)
    logger.info("answered", extra=call.fields)


def _named(call: OngoingCall) -> tuple[tuple[str, str], ...]:
    """Trailing metadata that tell the caller what the log calls the call."""
    return ((REQUEST_ID_KEY, call.request_id),)


def _given_up(call: OngoingCall, context: Any) -> grpc.StatusCode:
    """Why the caller waits no more: it went away, or its deadline passed."""
    remaining = context.time_remaining()  # an integer where it is zero
    late = remaining is not None and is_late(call.elapsed_s, float(remaining))
    return grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.CANCELLED


def is_late(elapsed_s: float, remaining_s: float) -> bool:
    """Whether the deadline of a call has passed for its caller, who did not round it.

    Args:
        elapsed_s: seconds since it came.
        remaining_s: until its deadline, as this server knows it.
    """
    return remaining_s <= ROUNDED_SHARE * (elapsed_s + remaining_s) + ROUNDED_S


def _parser(handler: Any, method: str) -> Parser:
    """What makes a message of bytes; raises SchemaError where they are none, or hold too much."""
    kind = REQUESTS[method]

    def parsed(payload: bytes) -> Any:
        check_fields(payload, kind)
        try:
            return handler.request_deserializer(payload)
        except DecodeError as error:
            raise SchemaError(
                expected="a message of the contract", got=f"{len(payload)} bytes that are none"
            ) from error

    return parsed


def _log_failure(error: BaseException, call: OngoingCall) -> None:
    refusal = refusal_of(error)
    fields = call.fields | {"code": refusal.code.name, "reason": refusal.reason}
    if isinstance(error, InputError):
        logger.info("refused", extra=fields | {"field": wire_field(error)})
    elif isinstance(error, TURNED_AWAY):
        logger.info("refused", extra=fields | {"cause": str(error)})
    elif isinstance(error, OutfitError):
        logger.error("refused", extra=fields | {"cause": str(error)})
    else:
        logger.error("failed", extra=fields, exc_info=error)
