"""Requests of every method of the contract as bytes: likely, possible, spoilt, and nonsense."""

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from serving.call_policy import METHODS
from tests.serving.contract_messages import likely_messages, messages


@dataclass(frozen=True)
class FuzzedRequest:
    """One call; a stream has several payloads, every other call has one."""

    method: str
    payloads: tuple[bytes, ...]
    is_stream: bool


def fuzzed_requests(words: Sequence[str]) -> st.SearchStrategy[FuzzedRequest]:
    """Any method, asked anything.

    Args:
        words: texts that the server knows, as identifiers, categories or names.
    """
    return st.one_of(*(_of_method(method, words) for method in METHODS))


def _of_method(method: MethodDescriptor, words: Sequence[str]) -> st.SearchStrategy[FuzzedRequest]:
    likely = likely_messages(method.input_type, words).map(_serialized)
    possible = messages(method.input_type).map(_serialized)
    payload = st.one_of(likely, possible, _spoilt(likely), st.binary(max_size=100))
    count = 4 if method.client_streaming else 1
    return st.builds(
        FuzzedRequest,
        method=st.just(f"/{method.containing_service.full_name}/{method.name}"),
        payloads=st.lists(payload, min_size=1, max_size=count).map(tuple),
        is_stream=st.just(method.client_streaming),
    )


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()


@st.composite
def _spoilt(draw: st.DrawFn, sound: st.SearchStrategy[bytes]) -> bytes:
    """A part of sound bytes is something else, or missing, or there twice."""
    payload = draw(sound)
    start = draw(st.integers(0, len(payload)))
    end = draw(st.integers(start, min(start + 8, len(payload))))
    return payload[:start] + draw(st.binary(max_size=8)) * draw(st.integers(0, 2)) + payload[end:]
