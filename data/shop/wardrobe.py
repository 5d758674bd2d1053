"""What the shop sells: categories with their slots, cuts, fabrics, occasions and prices."""

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
    fabrics: Mapping[str, float]
    occasions: tuple[float, float, float]
    cuts: tuple[str, ...]
    price: float
    patterned: float = 0.1


WARDROBE = (
    Category(
        name="tee",
        slot="tops",
        share=0.055,
        fabrics={"linen": 3, "cotton": 5, "jersey": 4, "wool": 2},
        occasions=(5, 3, 2),
        cuts=("crew-neck", "v-neck", "cropped"),
        price=29,
        patterned=0.5,
    ),
    Category(
        name="shirt",
        slot="tops",
        share=0.06,
        fabrics={"linen": 3, "cotton": 4, "denim": 2, "flannel": 2},
        occasions=(4, 4, 2),
        cuts=("button-down", "short-sleeved", "oversized"),
        price=59,
        patterned=0.5,
    ),
    Category(
        name="blouse",
        slot="tops",
        share=0.055,
        fabrics={"silk": 2, "chiffon": 2, "cotton": 4, "velvet": 2},
        occasions=(2, 4, 4),
        cuts=("wrap", "bow-neck", "puff-sleeved"),
        price=69,
        patterned=0.5,
    ),
    Category(
        name="sweater",
        slot="tops",
        share=0.055,
        fabrics={"linen": 2, "cotton": 5, "wool": 2, "cashmere": 2},
        occasions=(4, 4, 2),
        cuts=("crew-neck", "roll-neck", "v-neck"),
        price=89,
        patterned=0.5,
    ),
    Category(
        name="jeans",
        slot="bottoms",
        share=0.055,
        fabrics={"denim": 8, "corduroy": 2},
        occasions=(5, 3, 2),
        cuts=("straight", "slim", "wide-leg", "flared"),
        price=89,
        patterned=0.5,
    ),
    Category(
        name="trousers",
        slot="bottoms",
        share=0.06,
        fabrics={"linen": 3, "cotton": 5, "leather": 2, "wool": 3},
        occasions=(3, 4, 3),
        cuts=("tapered", "wide-leg", "pleated"),
        price=95,
        patterned=0.5,
    ),
    Category(
        name="skirt",
        slot="bottoms",
        share=0.06,
        fabrics={"linen": 2, "silk": 2, "denim": 3, "leather": 2, "cotton": 2, "wool": 3},
        occasions=(3, 3, 4),
        cuts=("a-line", "pencil", "pleated", "mini"),
        price=75,
        patterned=0.5,
    ),
    Category(
        name="shorts",
        slot="bottoms",
        share=0.05,
        fabrics={"linen": 3, "denim": 4, "cotton": 4, "corduroy": 2},
        occasions=(5, 3, 2),
        cuts=("tailored", "relaxed"),
        price=49,
        patterned=0.5,
    ),
    Category(
        name="dress",
        slot="all-body",
        share=0.06,
        fabrics={"linen": 2, "silk": 2, "cotton": 4, "jersey": 2, "velvet": 2, "wool": 1},
        occasions=(3, 3, 4),
        cuts=("shift", "wrap", "slip", "flared"),
        price=119,
        patterned=0.35,
    ),
    Category(
        name="jumpsuit",
        slot="all-body",
        share=0.025,
        fabrics={"linen": 2, "cotton": 3, "denim": 3, "corduroy": 2},
        occasions=(4, 3, 3),
        cuts=("wide-leg", "tapered"),
        price=129,
        patterned=0.25,
    ),
    Category(
        name="coat",
        slot="outerwear",
        share=0.03,
        fabrics={"cotton": 3, "leather": 1, "wool": 4, "cashmere": 2},
        occasions=(3, 4, 3),
        cuts=("trench", "wrap", "straight"),
        price=249,
        patterned=0.15,
    ),
    Category(
        name="jacket",
        slot="outerwear",
        share=0.03,
        fabrics={"denim": 3, "leather": 3, "linen": 2, "corduroy": 2},
        occasions=(5, 3, 2),
        cuts=("trucker", "biker", "bomber"),
        price=159,
    ),
    Category(
        name="blazer",
        slot="outerwear",
        share=0.03,
        fabrics={"linen": 3, "cotton": 3, "wool": 2, "velvet": 2},
        occasions=(2, 4, 4),
        cuts=("single-breasted", "double-breasted"),
        price=179,
        patterned=0.2,
    ),
    Category(
        name="sneakers",
        slot="shoes",
        share=0.055,
        fabrics={"canvas": 5, "leather": 4, "suede": 2},
        occasions=(5, 3, 2),
        cuts=("low-top", "high-top", "slip-on"),
        price=85,
        patterned=0.5,
    ),
    Category(
        name="pumps",
        slot="shoes",
        share=0.05,
        fabrics={"satin": 2, "leather": 5, "suede": 2, "velvet": 1},
        occasions=(2, 4, 4),
        cuts=("stiletto", "block-heel", "ballet"),
        price=110,
        patterned=0.5,
    ),
    Category(
        name="boots",
        slot="shoes",
        share=0.05,
        fabrics={"canvas": 1, "leather": 6, "suede": 3},
        occasions=(4, 3, 3),
        cuts=("ankle", "chelsea", "knee-high"),
        price=149,
        patterned=0.5,
    ),
    Category(
        name="sandals",
        slot="shoes",
        share=0.045,
        fabrics={"straw": 2, "satin": 1, "leather": 6, "suede": 1},
        occasions=(4, 2, 4),
        cuts=("slide", "strappy"),
        price=79,
        patterned=0.5,
    ),
    Category(
        name="tote",
        slot="bags",
        share=0.035,
        fabrics={"straw": 2, "canvas": 4, "leather": 4, "suede": 1},
        occasions=(4, 4, 2),
        cuts=("shopper", "structured"),
        price=119,
    ),
    Category(
        name="clutch",
        slot="bags",
        share=0.03,
        fabrics={"satin": 2, "leather": 5, "velvet": 2},
        occasions=(2, 3, 5),
        cuts=("envelope", "frame"),
        price=89,
    ),
    Category(
        name="backpack",
        slot="bags",
        share=0.025,
        fabrics={"canvas": 5, "leather": 4, "suede": 2},
        occasions=(5, 4, 1),
        cuts=("rolled", "flap"),
        price=99,
    ),
    Category(
        name="hat",
        slot="hats",
        share=0.02,
        fabrics={"straw": 4, "cotton": 4, "wool": 3},
        occasions=(4, 3, 3),
        cuts=("fedora", "wide-brimmed", "bucket"),
        price=59,
        patterned=0.0,
    ),
    Category(
        name="beanie",
        slot="hats",
        share=0.015,
        fabrics={"cotton": 4, "wool": 3, "cashmere": 2},
        occasions=(5, 3, 2),
        cuts=("ribbed", "bobble"),
        price=29,
        patterned=0.0,
    ),
    Category(
        name="earrings",
        slot="jewellery",
        share=0.025,
        fabrics={"gold": 5, "silver": 5},
        occasions=(3, 3, 4),
        cuts=("drop", "hoop", "stud"),
        price=45,
        patterned=0.0,
    ),
    Category(
        name="necklace",
        slot="jewellery",
        share=0.02,
        fabrics={"gold": 5, "silver": 5},
        occasions=(3, 3, 4),
        cuts=("pendant", "beaded"),
        price=65,
        patterned=0.0,
    ),
    Category(
        name="sunglasses",
        slot="sunglasses",
        share=0.02,
        fabrics={"acetate": 7, "gold": 2, "silver": 2},
        occasions=(5, 3, 2),
        cuts=("round", "cat-eye", "square"),
        price=95,
        patterned=0.0,
    ),
    Category(
        name="scarf",
        slot="scarves",
        share=0.025,
        fabrics={"silk": 3, "cotton": 4, "wool": 2, "cashmere": 2},
        occasions=(3, 4, 3),
        cuts=("long", "fringed"),
        price=49,
        patterned=0.3,
    ),
    Category(
        name="belt",
        slot="accessories",
        share=0.02,
        fabrics={"leather": 6, "canvas": 3, "suede": 2},
        occasions=(4, 4, 2),
        cuts=("slim", "wide"),
        price=39,
        patterned=0.0,
    ),
)
"""Every category; tops, bottoms and shoes are statement pieces half of the time."""

CATEGORIES: Mapping[str, Category] = {category.name: category for category in WARDROBE}
