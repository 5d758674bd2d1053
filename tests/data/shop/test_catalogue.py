from collections import Counter
from itertools import groupby

import numpy as np
import pytest

from data.shop.assortment import CATEGORIES
from data.shop.catalogue import Piece, draw_products, pieces_of
from data.shop.palette import PALETTE
from data.shop.taste import ROLES, Truth
from data.shop.wardrobe import FABRICS


@pytest.mark.parametrize("count", [100, 237])
def test_the_catalogue_holds_as_many_items_as_asked(count: int) -> None:
    assert len(pieces_of(draw_products(count, np.random.default_rng(0)))) == count


def test_every_category_holds_its_share(pieces: list[Piece]) -> None:
    held = Counter(piece.product.category for piece in pieces)
    whole = sum(category.share for category in CATEGORIES.values())

    for name, category in CATEGORIES.items():
        assert abs(held[name] - category.share / whole * len(pieces)) <= 1


def test_a_product_comes_in_different_colours_side_by_side(pieces: list[Piece]) -> None:
    groups = [list(group) for _, group in groupby(pieces, key=lambda piece: piece.group)]

    assert len(groups) == len({piece.group for piece in pieces})
    assert Counter(map(len, groups)).keys() <= {1, 2, 3, 4}
    assert all(len({piece.colour for piece in group}) == len(group) for group in groups)


def test_half_of_the_products_of_the_rule_are_statement_pieces(pieces: list[Piece]) -> None:
    for name, category in CATEGORIES.items():
        if category.slot in ROLES:
            products = {piece.group: piece.product for piece in pieces}
            bits = [bool(p.pattern) for p in products.values() if p.category == name]
            assert abs(sum(bits) - len(bits) / 2) <= 1


def test_the_truth_is_that_of_the_pieces(pieces: list[Piece], truth: Truth) -> None:
    for row, piece in enumerate(pieces):
        slot = CATEGORIES[piece.product.category].slot
        assert truth.style[row] == piece.product.style
        assert truth.hue[row] == PALETTE[piece.colour].hue
        assert truth.weight[row] == FABRICS[piece.product.fabric]
        assert truth.statement[row] == (piece.product.pattern is not None)
        assert truth.role[row] == (ROLES.index(slot) if slot in ROLES else -1)


def test_popularity_has_a_long_tail(popularity: np.ndarray) -> None:
    ranked = np.sort(popularity)[::-1]

    assert (ranked > 0).all()
    assert ranked[: len(ranked) // 10].sum() > 0.4 * ranked.sum()
