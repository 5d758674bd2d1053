"""Whatever bytes come: a question, or a refusal that was foreseen."""

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.call_policy import METHODS
from tests.fuzz.decoding import DECODERS, decode
from tests.fuzz.seeds import seeds
from tests.serving.contract_messages import likely_messages, messages

KINDS = st.integers(0, len(DECODERS)).map(lambda kind: bytes([kind]))
UPDATES = bytes([len(DECODERS)])


def test_every_request_that_has_content_is_decoded():
    asked = {method.input_type.name for method in METHODS if not method.client_streaming}
    empty = {"ListCategoriesRequest", "ListBundlesRequest", "RollBackBundleRequest"}
    assert {message.DESCRIPTOR.name for message, _ in DECODERS} == asked - empty


@settings(max_examples=500)
@given(kind=KINDS, payload=st.binary(max_size=200))
def test_bytes_of_any_kind_are_foreseen(kind: bytes, payload: bytes):
    decode(kind + payload)


@settings(max_examples=500)
@given(data=st.data())
def test_sound_bytes_in_which_something_was_changed_are_foreseen(data: st.DataObject):
    seed = bytearray(data.draw(st.sampled_from(list(seeds()))))
    start = data.draw(st.integers(1, len(seed)))
    seed[start : start + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    decode(bytes(seed))


@pytest.mark.parametrize("kind", range(len(DECODERS)))
@settings(max_examples=50)
@given(data=st.data())
def test_every_message_of_the_contract_is_foreseen(kind: int, data: st.DataObject):
    descriptor = DECODERS[kind][0].DESCRIPTOR
    strategies = messages(descriptor) | likely_messages(descriptor, ["shoes", "a"])
    message: Message = data.draw(strategies)
    decode(bytes([kind]) + message.SerializeToString())


@pytest.mark.parametrize(
    "updates",
    [
        b'[{"id":"a","price":1' + 400 * b"0" + b"}]",
        100_000 * b"[",
        b'[{"id":["a"],"deleted":true}]',
        b'[{"id":"a","availability":{}}]',
        b'[{"id":"a","embedding":"AAAA","vectors":{},"attributes":5,"bundle":"","encoders":{}}]',
    ],
    ids=["large number", "deep", "identifier", "availability", "attributes"],
)
def test_strange_updates_are_damage(updates: bytes):
    assert not decode(UPDATES + b"\x01" + updates)
