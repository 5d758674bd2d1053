"""The colours of the shop, their places on the painter's wheel, and which go together."""

from dataclasses import dataclass

import numpy as np

WHEEL = 12
"""Steps round the painter's wheel (red, orange, yellow, green, blue, violet and six between)."""

NEUTRAL = -1
"""The hue of a colour that goes with every other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A named colour: red, green and blue in 0..255, and a step on the wheel or `NEUTRAL`."""

    name: str
    rgb: tuple[int, int, int]
    hue: int = NEUTRAL


def _colour(name: str, code: str, hue: int = NEUTRAL) -> Colour:
    """A colour from its hexadecimal code."""
    red, green, blue = bytes.fromhex(code)
    return Colour(name=name, rgb=(red, green, blue), hue=hue)


NEUTRALS = (
    _colour("black", "302f34"),
    _colour("charcoal", "56585e"),
    _colour("grey", "a3a5a8"),
    _colour("ivory", "f1e9da"),
    _colour("sand", "d9c6a5"),
    _colour("camel", "b88a58"),
    _colour("chocolate", "5b3f33"),
    _colour("navy", "2a3553"),
)

CHROMATICS = (
    _colour("red", "b9312f", 0),
    _colour("burgundy", "6e2233", 0),
    _colour("coral", "e58369", 1),
    _colour("rust", "a9512d", 1),
    _colour("apricot", "ecab70", 2),
    _colour("mustard", "cf9a34", 3),
    _colour("lemon", "ecd878", 4),
    _colour("olive", "777a40", 5),
    _colour("sage", "a2b394", 6),
    _colour("forest", "2f5c47", 6),
    _colour("teal", "2a7079", 7),
    _colour("sky", "97bddb", 8),
    _colour("cobalt", "3158a6", 8),
    _colour("periwinkle", "8089c4", 9),
    _colour("lavender", "b9a9d6", 10),
    _colour("plum", "673a62", 10),
    _colour("fuchsia", "bb3f7c", 11),
    _colour("blush", "e7b9b8", 11),
)

PALETTE = NEUTRALS + CHROMATICS


def hues_clash(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """True where two hues are neither neighbours (up to one step) nor opposites (five or six).

    A neutral clashes with nothing.
    """
    apart = np.abs(left.astype(np.int64) - right)
    apart = np.minimum(apart, WHEEL - apart)
    return np.asarray((left != NEUTRAL) & (right != NEUTRAL) & (apart >= 2) & (apart <= 4))
