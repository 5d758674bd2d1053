"""Which pictures may come over the wire, by their first bytes, before anything is decoded.

A few kilobytes can decode to gigabytes, and a JPEG can ask to be drawn over thousands of times.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from data.errors import SchemaError, UnreadableError

MAX_PIXELS: Final = 24_000_000  # of one picture: 6000 x 4000; decoded, up to 400 MB for a moment
MAX_REQUEST_PIXELS: Final = 64_000_000  # decoded in seconds, not in minutes
MAX_SCANS: Final = 64  # of a progressive JPEG; cameras and libraries write about ten
MAX_SEGMENTS: Final = 256  # of a JPEG before its first scan, of a PNG before its first data
START_OF_SCAN: Final = b"\xff\xda"
START_OF_FRAME: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
FILL: Final = 0xFF
SEGMENTS: Final = frozenset({*range(0xC0, 0xD0), *range(0xDA, 0xF0), 0xFE, FILL} - {0xC8})
"""Kinds that say how long they are, to every reader of JPEG; others would part us and Pillow."""

Size = tuple[int, int]


def check_picture(content: bytes, field: str) -> None:
    """Refuse a picture that nobody should decode.

    Raises:
        UnreadableError: it is no JPEG, PNG or WebP.
        SchemaError: it has too many pixels or scans.
    """
    size = picture_size(content)
    if size is None:
        raise UnreadableError(
            expected="a JPEG, PNG or WebP picture", got="bytes of another format", field=field
        )
    if size[0] * size[1] > MAX_PIXELS:
        got = f"{size[0]} x {size[1]}"
        raise SchemaError(expected=f"at most {MAX_PIXELS} pixels", got=got, field=field)
    if content.startswith(b"\xff\xd8"):
        scans = content.count(START_OF_SCAN)
        if scans > MAX_SCANS:
            raise SchemaError(expected=f"at most {MAX_SCANS} scans", got=str(scans), field=field)


def check_pictures(contents: Iterable[bytes | None], field: str) -> None:
    """Refuse more pixels than one request may hold; raises SchemaError."""
    sizes = (picture_size(content) or (0, 0) for content in contents if content is not None)
    pixels = sum(width * height for width, height in sizes)
    if pixels > MAX_REQUEST_PIXELS:
        raise SchemaError(
            expected=f"at most {MAX_REQUEST_PIXELS} pixels in all pictures of a request",
            got=str(pixels),
            field=field,
        )


def picture_size(content: bytes) -> Size | None:
    """Width and height in pixels that a picture claims, None where it is no JPEG, PNG or WebP."""
    for start, read in READERS:
        if content.startswith(start):
            try:
                return read(content)
            except (struct.error, IndexError, ValueError):  # it ends before its size, or is broken
                return None
    return None


def _png(content: bytes) -> Size | None:
    """Of the only header, which comes first: Pillow makes room for the last of several."""
    kinds = list(_chunks(content))
    if kinds[:1] != [b"IHDR"] or kinds.count(b"IHDR") != 1:
        return None
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _chunks(content: bytes) -> Iterator[bytes]:
    """Kinds of the chunks of a PNG before its data, or before what is no chunk.

    Raises:
        ValueError: they are too many.
    """
    at = 8
    for _ in range(MAX_SEGMENTS):
        length, kind = struct.unpack(">I4s", content[at : at + 8].ljust(8, b"\0"))
        if kind == b"IDAT" or not kind.isalpha():
            return
        yield kind
        at += 12 + length
    raise ValueError


def _jpeg(content: bytes) -> Size | None:
    """Of the only frame: Pillow makes room for the last of several."""
    frames = [at for kind, at in _segments(content) if kind in START_OF_FRAME]
    if len(frames) != 1:
        return None
    height, width = struct.unpack_from(">HH", content, frames[0] + 5)
    return width, height


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Kind and place of each segment of a JPEG before its first scan.

    Raises:
        ValueError: something else stands between them, or they are too many.
    """
    at = 2
    for _ in range(MAX_SEGMENTS):
        marker, length = struct.unpack_from(">2sH", content, at)
        if marker == START_OF_SCAN:
            return
        if marker[0] != FILL or marker[1] not in SEGMENTS:
            raise ValueError
        yield marker[1], at
        at += 1 if marker[1] == FILL else 2 + length
    raise ValueError


def _webp(content: bytes) -> Size | None:
    """Of the canvas, or of the only picture: lossless or lossy."""
    kind = content[8:16]
    if kind == b"WEBPVP8X":
        return _little(content[24:27]) + 1, _little(content[27:30]) + 1
    if kind == b"WEBPVP8L":
        bits = struct.unpack_from("<I", content, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"WEBPVP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _little(three: bytes) -> int:
    return int.from_bytes(three, "little")


READERS: Final[list[tuple[bytes, Callable[[bytes], Size | None]]]] = [
    (b"\xff\xd8\xff", _jpeg),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"RIFF", _webp),
]
