"""Length-prefixed, checksummed records of a file, and where its sound part ends.

A frame is three little-endian uint32 (length, CRC-32 of the payload, CRC-32 of those two), then
the payload. A crash may leave the last frame torn; anything else that does not check is damage.
"""

import struct
import zlib
from typing import Final

LENGTH_AND_SUM: Final = struct.Struct("<II")
HEADER_BYTES: Final = LENGTH_AND_SUM.size + 4


def frame(payload: bytes) -> bytes:
    """A record as it stands in the file."""
    head = LENGTH_AND_SUM.pack(len(payload), zlib.crc32(payload))
    return head + zlib.crc32(head).to_bytes(4, "little") + payload


def read_frames(content: bytes) -> tuple[list[bytes], int]:
    """The payloads of the whole frames, and the bytes that they take; a torn rest is left.

    Raises:
        ValueError: a frame is damaged, and not by a crash while it was written.
    """
    payloads, at = list[bytes](), 0
    while len(content) - at >= HEADER_BYTES:
        head = content[at : at + LENGTH_AND_SUM.size]
        start = at + HEADER_BYTES
        length, checksum = LENGTH_AND_SUM.unpack(head)
        if zlib.crc32(head) != int.from_bytes(content[at + len(head) : start], "little"):
            if any(content[at:]):
                raise ValueError(f"a damaged header at byte {at}")
            break
        payload = content[start : start + length]
        if len(payload) < length or zlib.crc32(payload) != checksum:
            if start + length < len(content):
                raise ValueError(f"a damaged record at byte {at}")
            break
        payloads.append(payload)
        at = start + length
    return payloads, at
