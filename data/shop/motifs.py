"""Stripes, checks, dots and flowers: where a pattern covers the cloth, and in which colour."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from data.shop.paths import ellipse

TILE = 42.0
"""Repeat of the flowers in drawing units."""

DOTS_PER_UNIT = 8
SOFTNESS = 0.35
"""Half the width of a pattern's edge, in drawing units: about one pixel."""

Motif = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Coverage in 0..1 from the coordinates across and down the weave."""


def figure_colour(rgb: tuple[int, int, int]) -> np.ndarray:
    """The colour of a pattern on a ground: ivory on the dark, a deep shade of it on the light."""
    ground = np.array(rgb, np.float32)
    luminance = ground @ np.array([0.30, 0.59, 0.11], np.float32)
    if luminance < 150:
        return np.array([244, 236, 222], np.float32)
    return ground * 0.32 + np.array([18, 16, 24], np.float32)


def _edge(inside: np.ndarray) -> np.ndarray:
    """Coverage from the distance inside an edge, in drawing units."""
    return np.clip(inside / (2 * SOFTNESS) + 0.5, 0.0, 1.0).astype(np.float32)


def _off_centre(values: np.ndarray, period: float) -> np.ndarray:
    """Distance from the nearest multiple of the period."""
    return np.asarray(np.abs((values + period / 2) % period - period / 2))


def _stripes(_across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return _edge(1.15 - _off_centre(down, 5.6))


def _checks(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    columns = _edge(1.9 - _off_centre(across, 7.6))
    return 0.46 * columns + 0.46 * _edge(1.9 - _off_centre(down, 7.6))


def _dots(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    line = np.floor(down / 5.2)
    x = (across + 3.0 * (line % 2)) % 6.0 - 3.0
    y = down - line * 5.2 - 2.6
    return _edge(1.3 - np.hypot(x, y))


def _flowers(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    tile = _flower_tile()
    columns = np.floor(across * DOTS_PER_UNIT).astype(np.int64) % len(tile)
    lines = np.floor(down * DOTS_PER_UNIT).astype(np.int64) % len(tile)
    return np.asarray(tile[lines, columns])


@cache
def _flower_tile() -> np.ndarray:
    """Scattered flowers and leaves that repeat without a break; float32, 0..1."""
    side = int(TILE * DOTS_PER_UNIT)
    image = Image.new("L", (3 * side, 3 * side))
    draw = ImageDraw.Draw(image)
    rng = np.random.default_rng(7)
    for line in range(4):
        for column in range(4):
            x = (column + 0.5 * (line % 2) + rng.uniform(-0.16, 0.16)) * TILE / 4
            y = (line + rng.uniform(-0.16, 0.16)) * TILE / 4
            size, turn = rng.uniform(1.5, 2.3), rng.uniform(0.0, 2 * np.pi)
            for shift in np.ndindex(3, 3):
                centre = np.array([x, y]) + np.array(shift) * TILE
                _flower(draw, centre, size, turn)
    small = image.crop((side, side, 2 * side, 2 * side)).resize((side, side))
    return np.asarray(small, np.float32) / 255.0


def _flower(draw: ImageDraw.ImageDraw, centre: np.ndarray, size: float, turn: float) -> None:
    def blot(place: np.ndarray, radius: float, fill: int) -> None:
        ring = ellipse((float(place[0]), float(place[1])), (radius, radius)) * DOTS_PER_UNIT
        draw.polygon([(x, y) for x, y in ring.tolist()], fill=fill)

    for leaf in (0.6, 2.9):
        way = np.array([np.cos(turn + leaf), np.sin(turn + leaf)])
        for step in (1.5, 1.9, 2.25):
            blot(centre + way * size * step, size * 0.34, 130)
    for petal in range(5):
        angle = turn + petal * 2 * np.pi / 5
        blot(centre + np.array([np.cos(angle), np.sin(angle)]) * size * 0.72, size * 0.56, 255)
    blot(centre, size * 0.36, 60)


MOTIFS: Mapping[str, Motif] = {
    "striped": _stripes,
    "checked": _checks,
    "dotted": _dots,
    "floral": _flowers,
}
