"""What a picture claims is read from its first bytes, and too much of it is refused."""

import struct
import tracemalloc
from io import BytesIO

import pytest
from PIL import Image, ImageFile

from data.errors import SchemaError, UnreadableError
from serving.catalogue_codec import decode_upserts
from serving.codec import decode_items
from serving.pb.outfit.v1 import catalog_service_pb2 as catalog_pb
from serving.pb.outfit.v1 import item_pb2
from serving.picture_limits import check_picture, check_pictures, picture_size
from tests.serving.claimed_pictures import chunk, jpeg_with, png, png_bomb, whole


def encoded(kind: str, size: tuple[int, int] = (37, 23), **options: object) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, "navy").save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "exif": b"Exif\0\0" + bytes(60_000)}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"lossless": False}),
        ("WEBP", {"exif": b"Exif\0\0"}),
        ("WEBP", {"save_all": True, "append_images": [Image.new("RGB", (37, 23), "red")]}),
    ],
)
def test_the_size_of_every_format_is_read_without_decoding(kind: str, options: dict[str, object]):
    content = encoded(kind, **options)
    assert picture_size(content) == (37, 23)
    check_picture(content, "image")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_that_ends_before_its_size_is_none(kind: str):
    content = encoded(kind)
    sizes = [picture_size(content[:length]) for length in range(len(content))]
    assert sizes[0] is None
    assert sizes[12] is None
    assert set(sizes[:26]) <= {None, (37, 23)}


@pytest.mark.parametrize("number", [1, 2])
def test_a_png_with_another_header_before_its_data_is_none(number: int):
    """Pillow makes room for the last of them."""
    other = png(7_900, 7_900)[8:]
    content = encoded("PNG")
    assert picture_size(content[:33] + number * other + content[33:]) is None


def test_a_png_that_does_not_begin_with_its_header_is_none():
    words = chunk(b"tEXt", struct.pack(">II", 1, 1) + b"\0words")
    content = png_bomb(64)
    assert picture_size(content[:8] + words + content[8:]) is None
    assert picture_size(content[:33] + words + content[33:]) == (64, 64)


def test_a_png_of_chunks_without_end_is_none():
    content = encoded("PNG")
    assert picture_size(content[:33] + 256 * chunk(b"tEXt", b"a\0b") + content[33:]) is None


def test_fill_bytes_before_a_marker_are_skipped():
    content = encoded("JPEG")
    assert picture_size(content[:2] + b"\xff\xff\xff" + content[2:]) == (37, 23)


@pytest.mark.parametrize(
    "content",
    [
        encoded("GIF"),
        encoded("BMP"),
        encoded("TIFF"),
        b"hello",
        b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
        b"\xff\xd8\xff\xe0\0\x02no marker",
        b"\xff\xd8" + b"\xff\xe1\0\x02" * 300_000,
    ],
    ids=["gif", "bmp", "tiff", "text", "sound", "broken jpeg", "endless jpeg"],
)
def test_another_format_is_refused(content: bytes):
    with pytest.raises(UnreadableError, match=r"'i'.*JPEG, PNG or WebP"):
        check_picture(content, "i")


def test_a_picture_may_have_24_million_pixels_and_no_more():
    check_picture(png(6_000, 4_000), "i")
    with pytest.raises(SchemaError, match=r"'i'.*24000000 pixels, got 6001 x 4000"):
        check_picture(png(6_001, 4_000), "i")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_bomb_is_refused_and_not_unpacked(kind: str, monkeypatch: pytest.MonkeyPatch):
    bomb = whole(kind, 5_000)
    assert len(bomb) < 2**19
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("it was unpacked"))
    tracemalloc.start()
    try:
        with pytest.raises(SchemaError, match="got 5000 x 5000"):
            check_picture(bomb, "i")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20  # of 75 MB


@pytest.mark.parametrize(
    "content",
    [
        jpeg_with((8_000, 8_000)),
        jpeg_with((1, 1)),
        jpeg_with((8_000, 8_000), before=b"\xff\xe1\0\x04ab"),
        whole("JPEG", 16).replace(b"\xff\xc0", b"\xff\xd0\xff\xc0"),
        whole("JPEG", 16).replace(b"\xff\xc0", b"\xff\0\xff\xc0"),
        whole("JPEG", 16).replace(b"\xff\xc0", b"junk\xff\xc0"),
        whole("JPEG", 16).replace(b"\xff\xc0", b"\xff\xf0\xff\xc0"),
        whole("JPEG", 16).replace(b"\xff\xc0", b"\xff\xfe"),
    ],
    ids=["larger", "smaller", "later", "restart", "escape", "junk", "extension", "no frame"],
)
def test_a_jpeg_whose_readers_could_find_another_frame_is_refused(content: bytes):
    with pytest.raises(UnreadableError, match="JPEG, PNG or WebP"):
        check_picture(content, "i")


def test_a_jpeg_may_be_drawn_over_64_times_and_no_more():
    content = encoded("JPEG", progressive=True)
    scans = content.count(b"\xff\xda")
    check_picture(content + b"\xff\xda" * (64 - scans), "i")
    with pytest.raises(SchemaError, match="at most 64 scans, got 65"):
        check_picture(content + b"\xff\xda" * (65 - scans), "i")


def test_the_pictures_of_a_request_have_64_million_pixels_at_most():
    check_pictures([png(4_000, 4_000)] * 4, "context")
    with pytest.raises(SchemaError, match=r"'context'.*got 64000001"):
        check_pictures([*[png(4_000, 4_000)] * 4, png(1, 1)], "context")


def test_the_pictures_of_a_context_and_of_updates_are_counted_together():
    large = item_pb2.ItemContent(category="shoes", image=png(6_000, 4_000))
    context = [item_pb2.Item(content=large)] * 3
    assert len(decode_items(context[:2], "context")) == 2
    with pytest.raises(SchemaError, match=r"'context'.*got 72000000"):
        decode_items(context, "context")
    updates = [catalog_pb.ItemUpsert(item_id=str(number), content=large) for number in range(3)]
    assert len(decode_upserts(catalog_pb.UpsertItemsRequest(items=updates[:2]))) == 2
    with pytest.raises(SchemaError, match=r"'items'.*got 72000000"):
        decode_upserts(catalog_pb.UpsertItemsRequest(items=updates))
