"""Pictures that claim a size; what follows the claim is missing."""

import struct
import zlib
from io import BytesIO

from PIL import Image


def png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)


def png_bomb(side: int) -> bytes:
    """A whole black picture of one bit a pixel, a thousand times smaller than what it holds."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return png(side, side) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def whole(kind: str, side: int) -> bytes:
    """A whole square of one grey, as Pillow writes it: less than a fiftieth of what it holds."""
    buffer = BytesIO()
    Image.new("L", (side, side), 128).save(buffer, kind, lossless=True, quality=1, method=0)
    return buffer.getvalue()


def jpeg_with(size: tuple[int, int], *, before: bytes = b"") -> bytes:
    """A small JPEG and a frame of another size behind its own, perhaps after other bytes."""
    small = whole("JPEG", 16)
    own = small.index(b"\xff\xc0")
    end = own + 2 + int.from_bytes(small[own + 2 : own + 4], "big")
    width, height = size
    frame = small[own : own + 5] + struct.pack(">HH", height, width) + small[own + 9 : end]
    return small[:end] + before + frame + small[end:]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
