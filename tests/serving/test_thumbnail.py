import base64
from io import BytesIO
from pathlib import Path

from PIL import Image

from serving.thumbnail import SIDE, thumbnail


def test_a_picture_becomes_a_small_square_whatever_its_shape(tmp_path: Path) -> None:
    Image.new("RGB", (640, 320), "navy").save(tmp_path / "wide.png")
    address = thumbnail(tmp_path / "wide.png")
    assert address.startswith("data:image/jpeg;base64,")
    small = Image.open(BytesIO(base64.b64decode(address.partition(",")[2])))
    assert small.size == (SIDE, SIDE)
    assert thumbnail(tmp_path / "wide.png") == address


def test_what_is_absent_or_no_picture_is_empty(tmp_path: Path) -> None:
    (tmp_path / "odd.jpg").write_text("no picture")
    assert thumbnail(tmp_path / "odd.jpg") == thumbnail(tmp_path / "gone.jpg") == ""
