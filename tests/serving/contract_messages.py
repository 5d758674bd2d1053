"""Arbitrary messages of the contract, valid or not, and likely ones."""

from collections.abc import Sequence

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

from tests.serving.claimed_pictures import png_bomb

SCALARS = {
    FieldDescriptor.TYPE_STRING: st.sampled_from(["", "a", "shoes", "navy-shirt", "x" * 2_001])
    | st.text(max_size=5),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=20),
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_ENUM: st.integers(-1, 6),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_DOUBLE: st.floats(),
    FieldDescriptor.TYPE_FLOAT: st.floats(width=32),
}


LIKELY = {
    FieldDescriptor.TYPE_BYTES: st.sampled_from([b"", png_bomb(4)]),
    FieldDescriptor.TYPE_INT32: st.integers(1, 20),
    FieldDescriptor.TYPE_ENUM: st.integers(0, 4),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_DOUBLE: st.floats(0, 100),
    FieldDescriptor.TYPE_FLOAT: st.floats(0, 1, width=32),
}


def messages(descriptor: Descriptor) -> st.SearchStrategy[Message]:
    """Any message that the contract can express."""
    kind = GetMessageClass(descriptor)
    fields = {}
    for field in descriptor.fields:
        nested = field.message_type
        one = messages(nested) if nested else SCALARS[field.type]
        fields[field.name] = st.lists(one, max_size=3) if field.is_repeated else one
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: kind(**given))


def likely_messages(descriptor: Descriptor, words: Sequence[str]) -> st.SearchStrategy[Message]:
    """Messages with all that the contract requires, of words that the server knows."""
    kind = GetMessageClass(descriptor)
    required, optional = {}, {}
    for field in descriptor.fields:
        nested = field.message_type
        scalars = LIKELY | {FieldDescriptor.TYPE_STRING: st.sampled_from(words)}
        one = likely_messages(nested, words) if nested else scalars[field.type]
        chosen = required if _is_required(field) else optional
        chosen[field.name] = st.lists(one, min_size=1, max_size=2) if field.is_repeated else one
    return st.fixed_dictionaries(required, optional=optional).map(lambda given: kind(**given))


def _is_required(field: FieldDescriptor) -> bool:
    behaviours = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
    return field_behavior_pb2.REQUIRED in behaviours
