"""What a caller learns of a call, or of one question of a stream, that was not answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from data.errors import OutfitError

CODES: Final = {code.value[0]: code for code in grpc.StatusCode}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldViolation:
    """A field of the request that is to blame, and what was expected of it."""

    field: str
    description: str


class CallError(OutfitError):
    """A call that was not answered.

    Args:
        code: what kind of failure (`NOT_FOUND`, `UNAVAILABLE`).
        message: the server's sentence, or the transport's.
        reason: the stable word of the contract; empty when the server did not say.
        violations: the fields to blame.
        request_id: what the server's log calls this call; empty when it never arrived.
        retry_after_s: when to ask again; None where asking again makes no sense or nobody says.
    """

    def __init__(
        self,
        *,
        code: grpc.StatusCode,
        message: str,
        reason: str = "",
        violations: Sequence[FieldViolation] = (),
        request_id: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        self.code, self.message, self.reason = code, message, reason
        self.violations, self.request_id = tuple(violations), request_id
        self.retry_after_s = retry_after_s
        head = f"{code.name} ({reason})" if reason else code.name
        lines = [f"  {violation.field}: {violation.description}" for violation in self.violations]
        if not lines:
            lines = [f"  {message}"]
        if request_id:
            lines.append(f"  request {request_id}")
        super().__init__("\n".join([head, *lines]))


def error_of_call(error: Any) -> CallError:
    """The error of a failed call, whether our server or the transport refused it."""
    status = rpc_status.from_call(error)
    if status is None:
        return CallError(code=error.code(), message=error.details() or "")
    return error_of_status(status)


def error_of_status(status: Status) -> CallError:
    """The error that a status of our server tells."""
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    named, retry = error_details_pb2.RequestInfo(), error_details_pb2.RetryInfo()
    for detail in status.details:
        for kind in (info, bad, named, retry):
            detail.Unpack(kind)
    return CallError(
        code=CODES[status.code],
        message=status.message,
        reason=info.reason,
        violations=[
            FieldViolation(field=one.field, description=one.description)
            for one in bad.field_violations
        ],
        request_id=named.request_id,
        retry_after_s=retry.retry_delay.ToTimedelta().total_seconds()
        if retry.HasField("retry_delay")
        else None,
    )
