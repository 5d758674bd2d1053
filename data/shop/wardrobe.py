"""What describes the items of the shop: styles, occasions, patterns, fabrics, categories."""

from collections.abc import Mapping
from dataclasses import dataclass

STYLES = ("classic", "minimal", "street", "boho")
"""Round a ring: neighbours go together, opposites (two apart) clash."""

OCCASIONS = ("weekend", "office", "evening")
"""Along a line: neighbours go together, the two ends clash."""

PATTERNS = ("striped", "checked", "dotted", "floral")
"""What makes an item a statement piece; everything else is plain."""

LIGHT, MIDDLE, HEAVY = -1, 0, 1

FABRICS: Mapping[str, int] = {
    "linen": LIGHT,
    "silk": LIGHT,
    "chiffon": LIGHT,
    "satin": LIGHT,
    "straw": LIGHT,
    "cotton": MIDDLE,
    "jersey": MIDDLE,
    "denim": MIDDLE,
    "leather": MIDDLE,
    "canvas": MIDDLE,
    "gold": MIDDLE,
    "silver": MIDDLE,
    "acetate": MIDDLE,
    "wool": HEAVY,
    "cashmere": HEAVY,
    "flannel": HEAVY,
    "corduroy": HEAVY,
    "velvet": HEAVY,
    "suede": HEAVY,
}
"""Seasonal weight of every fabric: light and heavy are never worn together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A fine category: its coarse slot, share of the catalogue, and what its items may be.

    Attributes:
        fabrics: fabric name to weight in the draw.
        occasions: weights of weekend, office and evening.
        cuts: words for its variants of shape, in the order in which they are drawn.
        price: typical price in euros.
        patterned: share of statement pieces.
    """

    name: str
    slot: str
    share: float
    fabrics: Mapping[str, int]
    occasions: tuple[int, int, int]
    cuts: tuple[str, ...]
    price: int
    patterned: float = 0.1
