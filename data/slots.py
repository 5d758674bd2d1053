"""Coarse slots and the names of categories that belong to them."""

from typing import Final

SLOTS: Final = (
    "tops",
    "bottoms",
    "all-body",
    "outerwear",
    "shoes",
    "bags",
    "hats",
    "jewellery",
    "sunglasses",
    "scarves",
    "accessories",
)


def slot_of(category: str) -> str | None:
    """The coarse slot of a category name, or none where the name is not known."""
    name = category.strip().lower()
    return name if name in SLOTS else None
