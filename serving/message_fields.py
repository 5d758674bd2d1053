"""How many fields a message holds, counted on the wire before it is unpacked.

Unpacked, a field of two bytes takes 50, and unpacking holds up every other call: 15 million of
them, which fit into a request, would take over a second and 500 MiB only to be refused.
"""

from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor

from data.errors import SchemaError
from serving.limits import MAX_FIELDS

SMALLEST, LONGEST = 2, 10  # bytes of a field, and of a number
VARINT, FIXED64, TEXT, FIXED32 = 0, 1, 2, 5  # how fields are written; others are groups
WIDTHS = {FIXED64: 8, FIXED32: 4}


def check_fields(payload: bytes, kind: Descriptor) -> None:
    """Refuse a message with more fields than any of the contract may have; raises SchemaError.

    A broken message passes: unpacking it tells what is wrong.

    Args:
        payload: the message as it came.
        kind: of message.
    """
    if len(payload) <= SMALLEST * MAX_FIELDS:
        return
    try:
        _count(payload, kind)
    except IndexError:
        return


def _count(payload: bytes, kind: Descriptor) -> None:
    """Walk over the message and those within it; raises IndexError where its end is missing."""
    count, parts = 0, [(0, len(payload), kind)]
    while parts:
        at, end, kind = parts.pop()
        within = _messages(kind)
        while at < end:
            count += 1
            if count > MAX_FIELDS:
                raise SchemaError(expected=f"at most {MAX_FIELDS} fields", got="more")
            tag, at = payload[at], at + 1
            if tag > 127:
                tag, at = _varint(payload, at - 1)
            written = tag & 7
            if written == TEXT:
                size, at = _varint(payload, at)
                if tag >> 3 in within:
                    parts.append((at, at + size, within[tag >> 3]))
                at += size
            elif written == VARINT:
                _, at = _varint(payload, at)
            else:
                at += WIDTHS.get(written, 0)


def _varint(payload: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    number = 0
    for shift in range(0, 7 * LONGEST, 7):
        byte = payload[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
    raise IndexError


@cache
def _messages(kind: Descriptor) -> dict[int, Any]:
    """Kinds of the fields that hold messages, by their numbers."""
    return {field.number: field.message_type for field in kind.fields if field.message_type}
