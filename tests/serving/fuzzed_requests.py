"""Requests of every method that is served as bytes: likely, possible, spoilt, and nonsense."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from hypothesis import strategies as st

from serving.call_policy import METHODS
from serving.reflection import SERVICE_NAMES
from tests.serving.contract_messages import likely_messages, messages

Shape = Literal["call", "watch", "stream"]

HEALTH: Final = health_pb2.DESCRIPTOR.services_by_name["Health"]
REFLECTION: Final = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"]
KNOWN: Final = (
    "",
    "outfit.v1.OutfitService",
    "outfit.v1.Item",
    "outfit/v1/item.proto",
    "google.protobuf.FieldOptions",  # the contract extends it
    *SERVICE_NAMES,
)
"""What health and reflection know by name."""


@dataclass(frozen=True)
class FuzzedRequest:
    """One call; a stream has several payloads, every other call has one."""

    method: str
    payloads: tuple[bytes, ...]
    shape: Shape


def fuzzed_requests(words: Sequence[str]) -> st.SearchStrategy[FuzzedRequest]:
    """Any method, asked anything.

    Args:
        words: texts that the server knows, as identifiers, categories or names.
    """
    ours = [_of_method(method, words) for method in METHODS]
    health = [_of_method(method, KNOWN) for method in HEALTH.methods]
    reflection = [_of_method(*REFLECTION.methods, KNOWN, service=name) for name in SERVICE_NAMES]
    return st.one_of(*ours, *health, *reflection)


def _of_method(
    method: MethodDescriptor, words: Sequence[str], service: str = ""
) -> st.SearchStrategy[FuzzedRequest]:
    likely = likely_messages(method.input_type, words).map(_serialized)
    possible = messages(method.input_type).map(_serialized)
    payload = st.one_of(likely, possible, _spoilt(likely), st.binary(max_size=100))
    count = 4 if method.client_streaming else 1
    return st.builds(
        FuzzedRequest,
        method=st.just(f"/{service or method.containing_service.full_name}/{method.name}"),
        payloads=st.lists(payload, min_size=1, max_size=count).map(tuple),
        shape=st.just(_shape(method)),
    )


def _shape(method: MethodDescriptor) -> Shape:
    if method.client_streaming:
        return "stream"
    return "watch" if method.server_streaming else "call"


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()


@st.composite
def _spoilt(draw: st.DrawFn, sound: st.SearchStrategy[bytes]) -> bytes:
    """A part of sound bytes is something else, or missing, or there twice."""
    payload = draw(sound)
    start = draw(st.integers(0, len(payload)))
    end = draw(st.integers(start, min(start + 8, len(payload))))
    return payload[:start] + draw(st.binary(max_size=8)) * draw(st.integers(0, 2)) + payload[end:]
