"""How fabrics look: the texture of the weave, the depth of its shading, its gloss."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from data.shop.sketch import blurred

TILE = 256
PER_UNIT = 2.4
"""Grain of the noise: cells of a noise tile in one drawing unit."""

Texture = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Brightness, around 0, from the coordinates across and down the weave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """How a fabric takes light.

    Attributes:
        texture: brightness of the weave.
        depth: strength of the shading.
        gloss: strength of the highlights.
        opacity: below 1 where the fabric is sheer.
    """

    texture: Texture
    depth: float = 0.55
    gloss: float = 0.0
    opacity: float = 1.0


@cache
def _noise(radius: int) -> np.ndarray:
    """A tile of noise of unit deviation, smoothed over a radius in cells; float32 [TILE, TILE]."""
    values = np.random.default_rng(radius).standard_normal((TILE, TILE)).astype(np.float32)
    if radius:
        wide = blurred(np.tile(values, (3, 3)), radius)
        values = wide[TILE : 2 * TILE, TILE : 2 * TILE]
    return np.asarray(values / values.std())


def noise(
    across: np.ndarray, down: np.ndarray, *, radius: int = 0, grain: float = 1.0
) -> np.ndarray:
    """Noise at the coordinates, of unit deviation.

    Args:
        across: coordinates in drawing units.
        down: coordinates in drawing units.
        radius: smoothing in cells.
        grain: cells are finer by this factor.
    """
    columns = np.floor(across * (PER_UNIT * grain)).astype(np.int64) % TILE
    lines = np.floor(down * (PER_UNIT * grain)).astype(np.int64) % TILE
    return np.asarray(_noise(radius)[lines, columns])


def _wave(phase: np.ndarray, period: float) -> np.ndarray:
    return np.asarray(np.sin(phase * np.float32(2 * np.pi / period)))


def _plain(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return 0.016 * noise(across, down) + 0.012 * noise(across, down, radius=2)


def _slub(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    threads = noise(across * 0.12, down) + noise(across, down * 0.12)
    return np.asarray(0.03 * threads + 0.012 * noise(across, down))


def _twill(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    faded = 0.03 * noise(across, down, radius=8)
    ribs = 0.045 * _wave(across + down, 1.7) + 0.03 * noise(across, down * 0.3)
    return np.asarray(ribs + faded)


def _weave(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return np.asarray(0.05 * _wave(across, 1.8) * _wave(down, 1.8) + 0.02 * noise(across, down))


def _basket(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    plait = np.sign(_wave(across, 5.0) * _wave(down, 5.0))
    strand = np.where(plait > 0, np.abs(_wave(across, 2.5)), np.abs(_wave(down, 2.5)))
    return np.asarray(0.16 * (strand - 0.6) + 0.02 * noise(across, down))


def _fine_rib(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return 0.02 * _wave(across, 1.4) + 0.012 * noise(across, down)


def _wales(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return 0.12 * _wave(across, 2.1) + 0.015 * noise(across, down)


def _fuzz(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return 0.03 * noise(across, down) + 0.018 * noise(across, down, radius=1)


def _soft(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return 0.018 * noise(across, down) + 0.012 * noise(across, down, radius=3)


def _nap(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return 0.02 * noise(across, down, radius=5) + 0.02 * noise(across, down)


def _pebbles(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return 0.022 * noise(across, down, radius=1)


def _flow(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    bend = across + 0.35 * down + 2.2 * _wave(down, 34.0)
    return 0.075 * _wave(bend, 15.0) + 0.04 * _wave(bend + 2.0, 8.5)


def _mottle(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return 0.07 * noise(across, down, radius=6)


def _smooth(across: np.ndarray, _down: np.ndarray) -> np.ndarray:
    return np.zeros_like(across)


def knitted(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Rows of little V: what a sweater, a beanie or a woollen scarf is made of."""
    column = np.abs((across / 2.6) % 1.0 - 0.5) * 2.6
    rows = _wave(down - 1.3 * column, 1.9)
    ridge = np.abs(column / 1.3 - 0.5) * 2 - 0.5
    return np.asarray(0.06 * rows + 0.11 * ridge + 0.015 * noise(across, down))


FINISHES: Mapping[str, Finish] = {
    "linen": Finish(texture=_slub),
    "silk": Finish(texture=_flow, depth=0.8, gloss=0.35),
    "chiffon": Finish(texture=_flow, depth=0.5, gloss=0.1, opacity=0.86),
    "satin": Finish(texture=_flow, depth=0.9, gloss=0.5),
    "straw": Finish(texture=_basket, depth=0.6),
    "cotton": Finish(texture=_plain),
    "jersey": Finish(texture=_fine_rib),
    "denim": Finish(texture=_twill),
    "leather": Finish(texture=_pebbles, depth=0.85, gloss=0.6),
    "canvas": Finish(texture=_weave),
    "gold": Finish(texture=_smooth, depth=1.0, gloss=1.0),
    "silver": Finish(texture=_smooth, depth=1.0, gloss=1.0),
    "acetate": Finish(texture=_mottle, depth=0.8, gloss=0.7),
    "wool": Finish(texture=_fuzz, depth=0.5),
    "cashmere": Finish(texture=_soft, depth=0.45),
    "flannel": Finish(texture=_soft, depth=0.5),
    "corduroy": Finish(texture=_wales, depth=0.6),
    "velvet": Finish(texture=_nap, depth=1.1, gloss=0.15),
    "suede": Finish(texture=_nap, depth=0.45),
}
