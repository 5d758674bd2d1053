"""A small typed client.

with OutfitClient("127.0.0.1:50051") as client:
    answer = client.complements(["shirt-1", "jeans-4"], Slot(category="shoes"), k=5)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, TypeVar

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from data.errors import OutfitError
from engine.requests import Filters, Item, Slot
from serving import client_codec
from serving.client_codec import (
    ComplementsAnswer,
    ExplainAnswer,
    FillAnswer,
    ScoreAnswer,
    TargetAnswer,
)
from serving.codec import MAX_MESSAGE_BYTES
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from serving.pb.outfit.v1 import outfit_service_pb2_grpc

Response = TypeVar("Response")
OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.enable_http_proxy", 0),  # a web proxy in the environment is not meant for this
)


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


class OutfitClient:
    """Asks one server; to be used in a `with` block.

    Args:
        address: host and port.
        deadline_s: seconds after which a call fails with DEADLINE_EXCEEDED.
    """

    def __init__(self, address: str, *, deadline_s: float = 10.0) -> None:
        self._channel = grpc.insecure_channel(address, options=OPTIONS)
        self._stub: Any = outfit_service_pb2_grpc.OutfitServiceStub(self._channel)  # type: ignore[no-untyped-call] # generated
        self._deadline_s = deadline_s

    def __enter__(self) -> "OutfitClient":
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

    def score(self, outfits: Sequence[Sequence[Item]]) -> ScoreAnswer:
        """How well the items of each outfit go together; raises CallError."""
        request = client_codec.encode_outfits(outfits)
        return client_codec.decode_scores(self._call(self._stub.ScoreOutfits, request))

    def fill(
        self, context: Sequence[Item], candidates: Sequence[Item], *, slot: Slot | None = None
    ) -> FillAnswer:
        """The candidates by how well each completes the context; raises CallError."""
        request = pb.FillInTheBlankRequest(
            context=client_codec.encode_items(context),
            candidates=client_codec.encode_items(candidates),
            slot=client_codec.encode_slot(slot),
        )
        return client_codec.decode_ranked(self._call(self._stub.FillInTheBlank, request))

    def complements(
        self,
        context: Sequence[Item],
        slot: Slot,
        *,
        k: int = 10,
        filters: Filters | None = None,
        min_relevance: float | None = None,
    ) -> ComplementsAnswer:
        """The k catalogue items that best complete the context in one slot; raises CallError.

        Fewer come back where fewer reach `min_relevance`, from 0 to 1.
        """
        request = pb.RetrieveComplementsRequest(
            context=client_codec.encode_items(context),
            slot=client_codec.encode_slot(slot),
            k=k,
            filters=client_codec.encode_filters(filters or Filters()),
            min_relevance=min_relevance,
        )
        return client_codec.decode_complements(self._call(self._stub.RetrieveComplements, request))

    def explain(self, items: Sequence[Item], *, filters: Filters | None = None) -> ExplainAnswer:
        """What items and pairs add to an outfit, and what to put for the weakest.

        The filters say which catalogue items may be proposed; raises CallError.
        """
        request = pb.ExplainOutfitRequest(
            items=client_codec.encode_items(items),
            filters=client_codec.encode_filters(filters or Filters()),
        )
        return client_codec.decode_explanation(self._call(self._stub.ExplainOutfit, request))

    def embed_target(self, context: Sequence[Item], slot: Slot) -> TargetAnswer:
        """The vector that `complements` searches with; raises CallError."""
        request = pb.EmbedTargetRequest(
            context=client_codec.encode_items(context), slot=client_codec.encode_slot(slot)
        )
        return client_codec.decode_target(self._call(self._stub.EmbedTarget, request))

    def _call(self, method: Callable[..., Response], request: object) -> Response:
        try:
            return method(request, timeout=self._deadline_s)
        except grpc.RpcError as error:
            raise _call_error(error) from None


def _call_error(error: Any) -> CallError:
    status = rpc_status.from_call(error)
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    named, retry = error_details_pb2.RequestInfo(), error_details_pb2.RetryInfo()
    for detail in status.details if status else ():
        for kind in (info, bad, named, retry):
            detail.Unpack(kind)
    return CallError(
        code=error.code(),
        message=error.details() or "",
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
