"""Small pictures for pages that show many of them."""

import base64
from io import BytesIO
from pathlib import Path

from PIL import Image

from data.errors import UnreadableError
from engine.encoders.picture import read_picture

SIDE = 144  # pixels, twice the size on the page


def thumbnail(path: Path) -> str:
    """The picture as a square data URI; empty where there is none that can be read."""
    try:
        pixels = read_picture(path, SIDE)
    except UnreadableError:
        return ""
    content = BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=82)
    return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
