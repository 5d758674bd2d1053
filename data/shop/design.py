"""What decides the shape of a garment, whatever its colour, fabric and pattern."""

from dataclasses import dataclass

from data.shop.sketch import RGB

METALS: dict[str, RGB] = {"gold": (212, 172, 96), "silver": (190, 194, 200)}
HORN: RGB = (96, 72, 58)
PEARL: RGB = (240, 235, 226)
RUBBER: RGB = (243, 240, 233)
INK: RGB = (46, 42, 44)
TAN: RGB = (183, 140, 96)


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A shape of the shop: category, cut, one of two variants, and the metal of its fittings."""

    category: str
    cut: str
    variant: int
    metal: str

    @property
    def fittings(self) -> RGB:
        """The colour of buckles, chains and zips."""
        return METALS[self.metal]
