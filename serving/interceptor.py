"""The one place where an exception meets a client, and where every call is logged."""

import logging
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final

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
from serving.errors import refusal_of, status_of, wire_field
from serving.security.guard import CALLER

logger = logging.getLogger(__name__)

REQUEST_ID_KEY = "x-request-id"
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
OUR_METHODS = "/outfit."

TURNED_AWAY = (UnauthenticatedError, ForbiddenError, RateLimitError)  # nothing is wrong here

Behaviour = Callable[[Any, Any], Awaitable[Any]]
Call = dict[str, object]

CURRENT_CALL: Final[ContextVar[Call]] = ContextVar("current call")
"""What the log says of every event of a call."""


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Answers every exception with a status, hides what was not raised on purpose, logs the call.

    Health and reflection, which are gRPC's own, pass through untouched.
    """

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
        wrap = (
            grpc.stream_stream_rpc_method_handler
            if handler.request_streaming
            else grpc.unary_unary_rpc_method_handler
        )
        return wrap(
            _guarded(_streaming(handler) if handler.request_streaming else _unary(handler), method),
            request_deserializer=None,  # bytes come as they are; a broken message is ours to refuse
            response_serializer=handler.response_serializer,
        )


def status_told(error: BaseException) -> Status:
    """The status of an error of the current call, or of one question of it; the error is logged."""
    call = CURRENT_CALL.get()
    _log_failure(error, call)
    return status_of(error, str(call["request_id"]))


def request_id_of(metadata: Any) -> str:
    """The caller's name for the call when it is a plain word, else a new one."""
    given = next((value for key, value in metadata or () if key == REQUEST_ID_KEY), "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _unary(handler: Any) -> Behaviour:
    async def behaviour(payload: bytes, context: Any) -> Any:
        return await handler.unary_unary(_parsed(handler, payload), context)

    return behaviour


def _streaming(handler: Any) -> Behaviour:
    async def behaviour(payloads: AsyncIterator[bytes], context: Any) -> None:
        async def messages() -> AsyncIterator[Any]:  # unlike an expression, begins when it is asked
            async for payload in payloads:
                yield _parsed(handler, payload)

        await handler.stream_stream(messages(), context)

    return behaviour


def _guarded(ask: Behaviour, method: str) -> Behaviour:
    async def behaviour(asked: Any, context: Any) -> Any:
        started = time.perf_counter()
        call: Call = {
            "request_id": request_id_of(context.invocation_metadata()),
            "method": method,
        }
        if CALLER.get():
            call["caller"] = CALLER.get()
        CURRENT_CALL.set(call)
        try:
            response = await ask(asked, context)
        except grpc.aio.AbortError:
            raise
        except Exception as error:  # noqa: BLE001 - the one broad except: no text of ours leaks
            CURRENT_CALL.set(call | _took(started))
            await context.abort_with_status(rpc_status.to_status(status_told(error)))
        logger.info("answered", extra=call | _took(started))
        return response

    return behaviour


def _parsed(handler: Any, payload: bytes) -> Any:
    try:
        return handler.request_deserializer(payload)
    except DecodeError as error:
        raise SchemaError(
            expected="a message of the contract", got=f"{len(payload)} bytes that are none"
        ) from error


def _took(started: float) -> dict[str, float]:
    return {"duration_ms": round((time.perf_counter() - started) * 1000, 2)}


def _log_failure(error: BaseException, call: Call) -> None:
    refusal = refusal_of(error)
    fields = call | {"code": refusal.code.name, "reason": refusal.reason}
    if isinstance(error, InputError):
        logger.info("refused", extra=fields | {"field": wire_field(error)})
    elif isinstance(error, TURNED_AWAY):
        logger.info("refused", extra=fields | {"cause": str(error)})
    elif isinstance(error, OutfitError):
        logger.error("refused", extra=fields | {"cause": str(error)})
    else:
        logger.error("failed", extra=fields, exc_info=error)
