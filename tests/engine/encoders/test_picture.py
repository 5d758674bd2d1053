import os
import random
import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.errors import UnreadableError
from engine.encoders import picture
from engine.encoders.picture import read_picture, read_pictures, why_unreadable

WHITE, BLACK = [255, 255, 255], [0, 0, 0]


def _bytes(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _two_halves() -> Image.Image:
    """Red above blue."""
    image = Image.new("RGB", (40, 40), "red")
    image.paste("blue", (0, 20, 40, 40))
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_known_format_gives_its_colours(kind: str) -> None:
    pixels = read_picture(_bytes(_two_halves(), kind), 32)
    assert pixels.shape == (32, 32, 3)
    np.testing.assert_allclose(pixels[4, 16].astype(int), [255, 0, 0], atol=6)
    np.testing.assert_allclose(pixels[28, 16].astype(int), [0, 0, 255], atol=6)


def test_a_tall_picture_is_whole_on_white() -> None:
    pixels = read_picture(_bytes(Image.new("RGB", (10, 40))), 32)
    assert pixels[16, 0].tolist() == WHITE
    assert pixels[0, 16].tolist() == pixels[31, 16].tolist() == BLACK


def test_a_large_jpeg_is_decoded_smaller_and_looks_the_same() -> None:
    large = _two_halves().resize((1600, 1600))
    drafted = read_picture(_bytes(large, "JPEG", quality=95), 64).astype(int)
    assert np.abs(drafted - read_picture(_bytes(large), 64)).mean() < 4


@pytest.mark.parametrize(
    ("mode", "colour"),
    [("RGBA", (0, 0, 0, 0)), ("LA", (0, 0)), ("P", 0), ("RGB", (9, 9, 9))],
)
def test_what_is_transparent_becomes_white(mode: str, colour: object) -> None:
    image = Image.new(mode, (8, 8), colour)
    options = {"transparency": 0} if mode == "P" else {}
    options = {"transparency": (9, 9, 9)} if mode == "RGB" else options
    assert (read_picture(_bytes(image, **options), 8) == 255).all()


def test_half_transparent_black_becomes_grey() -> None:
    pixels = read_picture(_bytes(Image.new("RGBA", (8, 8), (0, 0, 0, 128))), 8)
    assert 120 <= pixels.mean() <= 135


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16"])
def test_every_colour_mode_is_read(mode: str) -> None:
    deep = Image.fromarray(np.full((8, 8), 32768, np.uint16))
    image = deep if mode == "I;16" else Image.new("L", (8, 8), 128).convert(mode)
    pixels = read_picture(_bytes(image, "JPEG" if mode == "CMYK" else "PNG"), 8)
    assert 120 <= pixels.mean() <= 136


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright(orientation: int) -> None:
    upright = np.zeros((32, 32, 3), np.uint8)
    upright[:16], upright[:, :8, 1] = (200, 0, 0), 200
    undo = {
        2: np.fliplr,
        3: lambda pixels: np.rot90(pixels, 2),
        4: np.flipud,
        5: lambda pixels: pixels.transpose(1, 0, 2),
        6: np.rot90,
        7: lambda pixels: np.rot90(pixels, 2).transpose(1, 0, 2),
        8: lambda pixels: np.rot90(pixels, 3),
    }
    stored = Image.fromarray(np.ascontiguousarray(undo.get(orientation, np.copy)(upright)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = _bytes(stored, exif=exif.tobytes())
    np.testing.assert_array_equal(read_picture(content, 32), upright)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_leaves_the_picture_as_it_is() -> None:
    content = _bytes(_two_halves(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")
    assert read_picture(content, 32)[4, 16, 0] > 200


def _huge_png() -> bytes:
    """A header that promises ten thousand million pixels."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(100)))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no bytes"),
        (b"hello, I am a text", "another format"),
        (b"BM" + bytes(100), "another format"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "whole picture"),
        (_huge_png(), "at most 64000000 pixels, got 100000 x 100000"),
        (_bytes(_two_halves(), "JPEG")[:-200], "whole picture"),
        (_bytes(_two_halves(), "PNG")[:60], "whole picture"),
    ],
)
def test_what_is_no_whole_picture_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_picture(content, 32)


def test_a_missing_file_a_folder_and_a_pipe_are_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    for path in (tmp_path / "none.jpg", tmp_path, tmp_path / "pipe.jpg"):
        with pytest.raises(UnreadableError, match="no such file") as caught:
            read_picture(path, 32)
        assert caught.value.file == path


def test_too_many_bytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.truncate(picture.MAX_BYTES + 1)
    with pytest.raises(UnreadableError, match="at most 67108864 bytes, got 67108865 bytes"):
        read_picture(path, 32)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_random_damage_never_raises_anything_else(kind: str) -> None:
    rng = random.Random(7)
    whole = _bytes(_two_halves(), kind, exif=Image.Exif().tobytes())
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            damaged[rng.randrange(4, len(damaged))] = rng.randrange(256)
        assert why_unreadable(bytes(damaged[: rng.randint(4, len(damaged))])) != ""


def test_a_readable_picture_has_nothing_wrong() -> None:
    assert why_unreadable(_bytes(_two_halves())) is None


def test_only_the_readable_of_several_come_back_with_their_positions() -> None:
    good = _bytes(_two_halves())
    rows, pixels = read_pictures([b"", good, b"x", good], 16)
    assert rows == [1, 3]
    np.testing.assert_array_equal(pixels, np.stack([read_picture(good, 16)] * 2))
