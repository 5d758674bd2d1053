"""The items of the shop: products of a planted character, each in a few colours."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from data.shop.assortment import CATEGORIES, WARDROBE
from data.shop.palette import CHROMATICS, NEUTRALS, PALETTE
from data.shop.taste import ROLES, Truth
from data.shop.wardrobe import FABRICS, OCCASIONS, PATTERNS, STYLES

NEUTRAL_SHARE = 0.55
STYLE_SHARES = (0.38, 0.38, 0.12, 0.12)
"""Of `STYLES`: opposites are one common and one rare style, so that half of all items agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One design, sold in several colours; everything but the colour is shared.

    Attributes:
        cut: position in the cuts of its category.
        pattern: one of `PATTERNS`, or none where it is plain.
        colours: positions in `PALETTE`.
        seed: what the words and the picture of this product draw from.
    """

    category: str
    cut: int
    fabric: str
    pattern: str | None
    style: int
    occasion: int
    colours: tuple[int, ...]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One item: a product in one of its colours, with its place in the catalogue."""

    product: Product
    group: int
    colour: int


def draw_products(num_items: int, rng: np.random.Generator) -> list[Product]:
    """Products that come to `num_items` items, every category holding its share of them."""
    shares = np.array([category.share for category in WARDROBE])
    ends = np.round(np.cumsum(shares / shares.sum()) * num_items).astype(int)
    products = []
    for category, count in zip(WARDROBE, np.diff(ends, prepend=0), strict=True):
        products += list(_products_of(category.name, int(count), rng))
    return [products[place] for place in rng.permutation(len(products))]


def pieces_of(products: list[Product]) -> list[Piece]:
    """Every product in every colour, colours of one product side by side."""
    return [
        Piece(product=product, group=group, colour=colour)
        for group, product in enumerate(products)
        for colour in product.colours
    ]


def truth_of(pieces: list[Piece]) -> Truth:
    """What the taste sees of the pieces."""

    def column(values: Iterator[int]) -> np.ndarray:
        return np.fromiter(values, np.int8, len(pieces))

    roles = {slot: role for role, slot in enumerate(ROLES)}
    return Truth(
        style=column(piece.product.style for piece in pieces),
        occasion=column(piece.product.occasion for piece in pieces),
        hue=column(PALETTE[piece.colour].hue for piece in pieces),
        weight=column(FABRICS[piece.product.fabric] for piece in pieces),
        role=column(roles.get(CATEGORIES[piece.product.category].slot, -1) for piece in pieces),
        statement=column(piece.product.pattern is not None for piece in pieces).astype(bool),
    )


def popularity_of(num_items: int, rng: np.random.Generator) -> np.ndarray:
    """A long tail: the r-th most popular item has 1 / (r + 10) of a hundredfold, float [items]."""
    ranks = rng.permutation(num_items)
    return np.round(1000.0 / (ranks + 10.0), 3)


def _products_of(name: str, count: int, rng: np.random.Generator) -> Iterator[Product]:
    """Products of one category; statement pieces stand as evenly as its share allows."""
    category = CATEGORIES[name]
    patterned, left = rng.random(), count
    while left:
        colours = _colours(min(left, int(rng.integers(2, 5))), rng)
        left -= len(colours)
        patterned += category.patterned
        is_patterned, patterned = patterned >= 1, patterned % 1
        yield Product(
            category=name,
            cut=int(rng.integers(len(category.cuts))),
            fabric=str(rng.choice(list(category.fabrics), p=_shares(category.fabrics.values()))),
            pattern=str(rng.choice(PATTERNS)) if is_patterned else None,
            style=int(rng.choice(len(STYLES), p=STYLE_SHARES)),
            occasion=int(rng.choice(len(OCCASIONS), p=_shares(category.occasions))),
            colours=colours,
            seed=int(rng.integers(2**31)),
        )


def _colours(count: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Different colours; over many draws `NEUTRAL_SHARE` of them are neutral."""
    weights = [NEUTRAL_SHARE / len(NEUTRALS)] * len(NEUTRALS)
    weights += [(1 - NEUTRAL_SHARE) / len(CHROMATICS)] * len(CHROMATICS)
    drawn = rng.choice(len(PALETTE), size=count, replace=False, p=weights)
    return tuple(int(colour) for colour in drawn)


def _shares(weights: Iterable[int]) -> np.ndarray:
    values = np.array(list(weights))
    return np.asarray(values / values.sum())
