"""Our errors as google.rpc.Status: a code, a stable reason, the field to blame, a request id."""

import re
from dataclasses import dataclass

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status

from data.errors import (
    BundleError,
    DuplicateError,
    ForbiddenError,
    InputError,
    NoPreviousBundleError,
    NotLoadedError,
    OutfitError,
    OverloadError,
    RateLimitError,
    RefusedBundleError,
    RetryableError,
    SchemaError,
    TooLateError,
    UnauthenticatedError,
    UnknownBundleError,
    UnknownCategoryError,
    UnknownItemError,
    UnreadableError,
)
from serving.overlay.errors import UpdateLogError

DOMAIN = "outfit.v1"
MAX_QUOTE_LENGTH = 200  # metadata beyond 8 KiB is refused by the transport
ITEM_PATH = re.compile(r"(outfits\[\d+\]\.items|context|candidates)\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """How one kind of error is told to a client.

    Args:
        code: of the status.
        reason: of the contract, `ErrorReason` without its prefix.
        sentence: the message where no field is to blame.
    """

    code: grpc.StatusCode
    reason: str
    sentence: str = "the request is wrong"


INVALID = grpc.StatusCode.INVALID_ARGUMENT
INTERNAL = Refusal(code=grpc.StatusCode.INTERNAL, reason="INTERNAL", sentence="internal error")
REFUSALS: dict[type[OutfitError], Refusal] = {
    UnknownItemError: Refusal(code=grpc.StatusCode.NOT_FOUND, reason="UNKNOWN_ITEM"),
    UnknownCategoryError: Refusal(code=INVALID, reason="UNKNOWN_CATEGORY"),
    SchemaError: Refusal(code=INVALID, reason="INVALID_FIELD"),
    DuplicateError: Refusal(code=INVALID, reason="DUPLICATE"),
    UnreadableError: Refusal(code=INVALID, reason="UNREADABLE"),
    BundleError: Refusal(
        code=grpc.StatusCode.FAILED_PRECONDITION,
        reason="BUNDLE_UNUSABLE",
        sentence="the bundle cannot answer this",
    ),
    UnknownBundleError: Refusal(code=grpc.StatusCode.NOT_FOUND, reason="UNKNOWN_BUNDLE"),
    RefusedBundleError: Refusal(code=grpc.StatusCode.FAILED_PRECONDITION, reason="REFUSED_BUNDLE"),
    NoPreviousBundleError: Refusal(
        code=grpc.StatusCode.FAILED_PRECONDITION,
        reason="NO_PREVIOUS_BUNDLE",
        sentence="no bundle was active before this one",
    ),
    UpdateLogError: Refusal(
        code=grpc.StatusCode.UNAVAILABLE,
        reason="UPDATES_UNAVAILABLE",
        sentence="updates cannot be kept now",
    ),
    OverloadError: Refusal(
        code=grpc.StatusCode.RESOURCE_EXHAUSTED,
        reason="OVERLOADED",
        sentence="more is asked than can be answered now",
    ),
    NotLoadedError: Refusal(
        code=grpc.StatusCode.UNAVAILABLE, reason="NOT_LOADED", sentence="no bundle is loaded"
    ),
    TooLateError: Refusal(
        code=grpc.StatusCode.DEADLINE_EXCEEDED,
        reason="TOO_LATE",
        sentence="this request arrived too late, or its turn came after the deadline",
    ),
    UnauthenticatedError: Refusal(
        code=grpc.StatusCode.UNAUTHENTICATED,
        reason="UNAUTHENTICATED",
        sentence="expected one key that this server knows, as the metadata "
        "`authorization: Bearer KEY`, got none, several or another",
    ),
    ForbiddenError: Refusal(
        code=grpc.StatusCode.PERMISSION_DENIED,
        reason="FORBIDDEN",
        sentence="the key lacks the scope of this method, or the method is switched off here",
    ),
    RateLimitError: Refusal(
        code=grpc.StatusCode.RESOURCE_EXHAUSTED,
        reason="RATE_LIMITED",
        sentence="this key asks more often than it may",
    ),
}


def refusal_of(error: BaseException) -> Refusal:
    """The refusal of the nearest mapped class; INTERNAL for what was not raised on purpose."""
    mapped = (REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS)
    return next(mapped, INTERNAL)


def status_of(error: BaseException, request_id: str) -> Status:
    """What a client may know of an error: never a path or a text of the server's own."""
    refusal = refusal_of(error)
    details: list[Message] = [
        error_details_pb2.ErrorInfo(reason=refusal.reason, domain=DOMAIN),
        error_details_pb2.RequestInfo(request_id=request_id),
    ]
    violation = _violation(error)
    if violation:
        details.append(error_details_pb2.BadRequest(field_violations=[violation]))
    if isinstance(error, RetryableError):
        details.append(error_details_pb2.RetryInfo(retry_delay=_duration(error.retry_after_s)))
    return Status(
        code=refusal.code.value[0],
        message=_message(refusal, violation),
        details=[_packed(detail) for detail in details],
    )


def wire_field(error: InputError) -> str:
    """The field to blame as a path into the request.

    The engine knows items, not messages: an unknown item is its `item_id`, and whatever else is
    wrong within an item stands in its `content`.
    """
    field = error.field or ""
    item = ITEM_PATH.match(field)
    if item is None:
        return _quoted(field)
    path, rest = item.group(), field[item.end() :]
    if not rest:
        return f"{path}.item_id" if isinstance(error, UnknownItemError) else path
    if rest.startswith((".item_id", ".content")):
        return _quoted(field)
    return _quoted(f"{path}.content{rest}")


def _violation(error: BaseException) -> error_details_pb2.BadRequest.FieldViolation | None:
    if not isinstance(error, InputError) or refusal_of(error) is INTERNAL:
        return None
    return error_details_pb2.BadRequest.FieldViolation(
        field=wire_field(error),
        description=f"expected {_quoted(error.expected)}, got {_quoted(error.got)}",
    )


def _message(
    refusal: Refusal, violation: error_details_pb2.BadRequest.FieldViolation | None
) -> str:
    if violation is None:
        return refusal.sentence
    return (
        f"{violation.field}: {violation.description}" if violation.field else violation.description
    )


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromNanoseconds(round(seconds * 1e9))
    return duration


def _quoted(text: str) -> str:
    return text if len(text) <= MAX_QUOTE_LENGTH else f"{text[: MAX_QUOTE_LENGTH - 1]}…"


def _packed(message: Message) -> Any:
    packed = Any()
    packed.Pack(message)
    return packed
