"""Opening pictures that strangers made: limited, upright, opaque, never a crash."""

import struct
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from jaxtyping import UInt8
from PIL import GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from PIL.ImageFile import ImageFile

from data.errors import UnreadableError

MAX_BYTES = 64 * 2**20
MAX_PIXELS = 64_000_000
EXIF_ORIENTATION = 0x0112

# Opened by their first bytes and not by Image.open, which warns about a large picture before its
# size can be read, and knows dozens of formats that nobody sells clothes in.
FORMATS: dict[str, tuple[bytes, Callable[[BinaryIO], ImageFile]]] = {
    "JPEG": (b"\xff\xd8\xff", JpegImagePlugin.JpegImageFile),
    "PNG": (b"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile),
    "WEBP": (b"RIFF", WebPImagePlugin.WebPImageFile),
    "GIF": (b"GIF8", GifImagePlugin.GifImageFile),
}
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises on broken files, found by feeding it broken files.
BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


def read_picture(source: Path | bytes, size: int) -> UInt8[np.ndarray, "size size 3"]:
    """RGB pixels of a picture: upright, whole, on a white square of `size`.

    Raises:
        UnreadableError: it is missing, empty, too large, broken or of another format.
    """
    file = source if isinstance(source, Path) else None
    try:
        picture = _open(_content(source), size)
        square = ImageOps.pad(picture, (size, size), Image.Resampling.BICUBIC, color="white")
        return np.asarray(square, dtype=np.uint8)
    except UnreadableError as error:
        raise UnreadableError(expected=error.expected, got=error.got, file=file) from error
    except BROKEN as error:
        reason = str(error) or type(error).__name__
        raise UnreadableError(expected="a whole picture", got=reason, file=file) from error


def why_unreadable(source: Path | bytes) -> str | None:
    """What is wrong with a picture, None where nothing is."""
    try:
        read_picture(source, 32)
    except UnreadableError as error:
        return f"expected {error.expected}, got {error.got}"
    return None


def read_pictures(
    images: Sequence[Path | bytes], size: int
) -> tuple[list[int], UInt8[np.ndarray, "readable size size 3"]]:
    """Positions and pixels of the readable ones among several pictures."""
    rows: list[int] = []
    pixels = np.empty((len(images), size, size, 3), dtype=np.uint8)
    for row, image in enumerate(images):
        try:
            pixels[len(rows)] = read_picture(image, size)
        except UnreadableError:
            continue
        rows.append(row)
    return rows, pixels[: len(rows)]


def _content(source: Path | bytes) -> bytes:
    """The bytes of a picture; a path must be a regular file of a sensible size."""
    if isinstance(source, Path) and not source.is_file():
        raise UnreadableError(expected="a picture file", got="no such file")
    length = len(source) if isinstance(source, bytes) else source.stat().st_size
    if length > MAX_BYTES:
        raise UnreadableError(expected=f"at most {MAX_BYTES} bytes", got=f"{length} bytes")
    return source if isinstance(source, bytes) else source.read_bytes()


def _open(content: bytes, at_least: int) -> Image.Image:
    """The upright, opaque picture; a JPEG perhaps decoded smaller, never below `at_least`."""
    for start, plugin in FORMATS.values():
        if content.startswith(start):
            picture = plugin(BytesIO(content))
            break
    else:
        got = "bytes of another format" if content else "no bytes"
        raise UnreadableError(expected=f"a picture ({', '.join(FORMATS)})", got=got)
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise UnreadableError(expected=f"at most {MAX_PIXELS} pixels", got=f"{width} x {height}")
    picture.draft("RGB", (at_least, at_least))
    turn = TURNS.get(_orientation(picture))
    opaque = _opaque(picture)
    return opaque if turn is None else opaque.transpose(turn)


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation; upright where EXIF is absent or broken."""
    try:
        return int(picture.getexif().get(EXIF_ORIENTATION, 1))
    except BROKEN:
        return 1


def _opaque(picture: Image.Image) -> Image.Image:
    """The picture in RGB; what is transparent becomes white."""
    if picture.mode.startswith("I"):
        deep = np.asarray(picture)
        picture = Image.fromarray((deep >> 8 if deep.max(initial=0) > 255 else deep).astype("u1"))
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    opaque = Image.new("RGB", layer.size, "white")
    opaque.paste(layer, mask=layer.getchannel("A"))  # half the memory of alpha_composite
    return opaque
