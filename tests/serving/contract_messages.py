"""Arbitrary messages of the contract, valid or not."""

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

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


def messages(descriptor: Descriptor) -> st.SearchStrategy[Message]:
    """Any message that the contract can express."""
    kind = GetMessageClass(descriptor)
    fields = {}
    for field in descriptor.fields:
        nested = field.message_type
        one = messages(nested) if nested else SCALARS[field.type]
        fields[field.name] = st.lists(one, max_size=3) if field.is_repeated else one
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: kind(**given))
