"""Product pictures: a sketch in its colour, fabric and pattern on a soft ground."""

from functools import cache, lru_cache
from io import BytesIO

import numpy as np
from PIL import Image

from data.shop.assortment import CATEGORIES
from data.shop.catalogue import Piece
from data.shop.design import Design
from data.shop.fabrics import FINISHES, Finish, knitted
from data.shop.garments import DRAWINGS
from data.shop.motifs import MOTIFS, figure_colour
from data.shop.palette import PALETTE
from data.shop.sketch import Shape, Sketch, blurred

SIZE = 224
QUALITY = 90
KNITS = frozenset({"sweater", "beanie"})
FILL = 7.0
"""Light of the room, so that black cloth still shows its folds."""
STRIPED_DOWN = frozenset({"jeans", "trousers", "shorts", "shirt", "blazer", "jumpsuit"})
STRIDES = (0.8, 1.0, 1.25)
"""How closely the pattern of a product repeats."""

SHADOW = np.array([58, 46, 40], np.float32)


def photograph(piece: Piece, *, size: int = SIZE) -> bytes:
    """The picture of an item as a JPEG file."""
    pixels = np.clip(picture(piece, size=size), 0, 255).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=QUALITY, subsampling=0)
    return file.getvalue()


def picture(piece: Piece, *, size: int = SIZE) -> np.ndarray:
    """The picture of an item: float32 [size, size, 3], about 0..255."""
    shape, backdrop = shape_of(design_of(piece), size)
    finish = _finish(piece)
    surface = _dyed(piece, shape, finish)
    depth = shape.cloth * finish.depth + (1 - shape.cloth) * 0.6
    brightness = shape.tone * (1 + depth * shape.light)
    gloss = (shape.cloth * finish.gloss + (1 - shape.cloth) * 0.25) * np.maximum(shape.light, 0)
    lit = (surface + FILL) * brightness[..., None] - FILL / 2
    lit = lit + (255 - np.minimum(lit, 255)) * np.minimum(1.4 * gloss, 0.75)[..., None]
    alpha = shape.alpha * (1 - shape.cloth * (1 - finish.opacity))
    return np.asarray(backdrop + (lit - backdrop) * alpha[..., None])


def design_of(piece: Piece) -> Design:
    """What of an item decides its shape."""
    product = piece.product
    variant = product.seed % 2
    metal = product.fabric if product.fabric in ("gold", "silver") else ("gold", "silver")[variant]
    cut = CATEGORIES[product.category].cuts[product.cut]
    return Design(category=product.category, cut=cut, variant=variant, metal=metal)


@lru_cache(maxsize=512)
def shape_of(design: Design, size: int) -> tuple[Shape, np.ndarray]:
    """The sketch of a design, and the ground with its shadow: float32 [size, size, 3]."""
    sketch = Sketch(size)
    DRAWINGS[design.category](sketch, design)
    shape = sketch.finish()
    return shape, _backdrop(shape.alpha, size)


def _finish(piece: Piece) -> Finish:
    finish = FINISHES[piece.product.fabric]
    if piece.product.category in KNITS:
        return Finish(texture=knitted, depth=finish.depth)
    return finish


def _dyed(piece: Piece, shape: Shape, finish: Finish) -> np.ndarray:
    """Colour before light: cloth with its pattern and weave, and the trims."""
    rgb = PALETTE[piece.colour].rgb
    cloth = np.broadcast_to(np.array(rgb, np.float32), shape.trim.shape)
    if piece.product.pattern:
        cover = _pattern(piece, piece.product.pattern, shape)[..., None]
        cloth = cloth + (figure_colour(rgb) - cloth) * cover
    weave = finish.texture(shape.across, shape.down)
    cloth = cloth * (1 + weave)[..., None]
    return np.asarray(shape.trim + (cloth - shape.trim) * shape.cloth[..., None])


def _pattern(piece: Piece, name: str, shape: Shape) -> np.ndarray:
    """Where a pattern covers the cloth of a statement piece."""
    stride = np.float32(STRIDES[piece.product.seed % len(STRIDES)])
    across, down = (shape.across - 50) * stride, shape.down * stride
    if name == "striped" and piece.product.category in STRIPED_DOWN:
        across, down = down, across
    return MOTIFS[name](across, down)


@cache
def _ground(size: int) -> np.ndarray:
    """A warm off-white, brightest above the middle."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
    fall = np.clip((x**2 + (y + 0.12) ** 2) * 1.5, 0, 1)[..., None]
    bright, dim = np.array([250, 248, 245], np.float32), np.array([231, 226, 219], np.float32)
    return np.asarray(bright + (dim - bright) * fall)


def _backdrop(alpha: np.ndarray, size: int) -> np.ndarray:
    unit = size / 100
    near = np.roll(
        blurred(alpha, round(1.0 * unit)), (round(1.0 * unit), round(0.5 * unit)), (0, 1)
    )
    far = np.roll(blurred(alpha, round(4.0 * unit)), (round(3.5 * unit), round(1.5 * unit)), (0, 1))
    shadow = np.clip(0.16 * near + 0.22 * far, 0, 1)[..., None]
    ground = _ground(size)
    return np.asarray(ground + (SHADOW - ground) * shadow)
