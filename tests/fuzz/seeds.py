"""Inputs to begin with: every field of every message is there, so that changes reach all code."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from tests.fuzz.decoding import DECODERS
from tests.serving.claimed_pictures import png

SAMPLES: dict[int, Any] = {
    FieldDescriptor.TYPE_STRING: "shoes",
    FieldDescriptor.TYPE_BYTES: png(1, 1),
    FieldDescriptor.TYPE_INT32: 5,
    FieldDescriptor.TYPE_ENUM: 1,
    FieldDescriptor.TYPE_BOOL: True,
    FieldDescriptor.TYPE_DOUBLE: 0.5,
    FieldDescriptor.TYPE_FLOAT: 0.5,
}
UPDATES = (
    b'\x01[{"id":"a","price":1.5,"availability":"in_stock"},{"id":"b","deleted":true},'
    b'{"id":"c","embedding":"AACAPw==","bundle":"b","category":"shoes","attributes":{"colour":"red"},'
    b'"vectors":{"look":"AACAPw=="},"encoders":{"look":"precomputed"}}]'
)


def seeds() -> Iterator[bytes]:
    """A full message of each kind, and updates, as `decode` takes them."""
    for kind, (message, _) in enumerate(DECODERS):
        yield bytes([kind]) + filled(message.DESCRIPTOR).SerializeToString()
    yield bytes([len(DECODERS)]) + UPDATES


def filled(descriptor: Descriptor) -> Any:
    """A message in which every field says something."""
    fields = {}
    for field in descriptor.fields:
        one = filled(field.message_type) if field.message_type else SAMPLES[field.type]
        fields[field.name] = [one] if field.is_repeated else one
    return GetMessageClass(descriptor)(**fields)
