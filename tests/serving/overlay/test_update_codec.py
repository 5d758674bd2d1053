import json

import numpy as np
import pytest
from hypothesis import given, settings

from serving.overlay.errors import LogDamagedError
from serving.overlay.state import OverlayState, advance
from serving.overlay.update_codec import (
    decode_state,
    decode_updates,
    encode_state,
    encode_updates,
)
from tests.serving.overlay.some_updates import BATCHES, change, history, new_item, same


@settings(max_examples=40)
@given(BATCHES)
def test_updates_and_states_come_back_as_they_were(batches) -> None:
    for batch in batches:
        encoded = encode_updates(batch)
        assert encode_updates(decode_updates(encoded, "here")) == encoded
    state = advance(OverlayState(), history(batches))
    restored = decode_state(encode_state(state), "here")
    assert same(restored, state)
    assert restored.mark == state.mark


def test_a_new_item_comes_back_with_its_content_and_exact_vectors() -> None:
    item = new_item("n", price=9.99)
    (restored,) = decode_updates(encode_updates([item]), "here")
    assert restored.embedding.tobytes() == item.embedding.tobytes()
    assert restored.embedding.dtype == np.float32
    assert restored.content.vectors["look"].tolist() == [0.0, 1.0, 2.0]
    assert (restored.content.title, restored.content.attributes) == (
        "silk dress",
        {"colour": "red"},
    )
    assert (restored.price, restored.bundle_id, restored.encoders) == (
        9.99,
        "b1",
        {"look": "precomputed"},
    )


def test_states_of_many_items_come_in_chunks() -> None:
    state = advance(OverlayState(), history([[change(f"i{n}", n) for n in range(600)]]))
    chunks = list(encode_state(state))
    assert len(chunks) == 4
    assert same(decode_state(chunks, "here"), state)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x02[]",
        b"\x01",
        b"\x01[",
        b"\x01{}",
        b'\x01{"id":"a"}',
        b"\x01[1]",
        b"\x01[{}]",
        b'\x01[{"id":""}]',
        b'\x01[{"id":"a","price":-1}]',
        b'\x01[{"id":"a","availability":"gone"}]',
        b'\x01[{"id":"a","embedding":"?"}]',
        b'\x01[{"id":"a","embedding":"AAA=","vectors":{},"attributes":{}}]',
        b"\x01\xff",
    ],
)
def test_bytes_that_are_no_updates_are_named(encoded: bytes) -> None:
    with pytest.raises(LogDamagedError, match="here: expected updates in a known format"):
        decode_updates(encoded, "here")


@pytest.mark.parametrize("chunks", [[], [b""], [b"\x01[]"], [b'\x01{"version":1,"x":2}']])
def test_chunks_that_are_no_state_are_named(chunks: list[bytes]) -> None:
    with pytest.raises(LogDamagedError):
        decode_state(chunks, "here")


def test_the_format_is_a_version_and_plain_json() -> None:
    encoded = encode_updates([change("ü", 1)])
    assert encoded[:1] == b"\x01"
    assert json.loads(encoded[1:]) == [{"id": "ü", "price": 1.0}]
