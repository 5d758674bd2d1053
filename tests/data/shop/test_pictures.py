from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from data.shop.catalogue import Piece, Product
from data.shop.palette import PALETTE
from data.shop.pictures import SIZE, design_of, photograph, picture

NAMES = [colour.name for colour in PALETTE]
PLAIN = Product(
    category="tee",
    cut=0,
    fabric="cotton",
    pattern=None,
    style=0,
    occasion=0,
    colours=(0,),
    seed=6,
)


def shown(product: Product, colour: str, *, size: int = 96) -> np.ndarray:
    return picture(Piece(product=product, group=0, colour=NAMES.index(colour)), size=size)


def test_a_photograph_is_a_jpeg_of_the_size_that_encoders_take() -> None:
    data = photograph(Piece(product=PLAIN, group=0, colour=0))

    with Image.open(BytesIO(data)) as image:
        assert image.format == "JPEG"
        assert image.size == (SIZE, SIZE) == (224, 224)
    assert data == photograph(Piece(product=PLAIN, group=0, colour=0))


@pytest.mark.parametrize("name", ["red", "forest", "sky", "ivory", "black"])
def test_the_cloth_has_the_colour_of_the_item(name: str) -> None:
    chest = shown(PLAIN, name)[50:60, 40:56].mean((0, 1))

    assert np.abs(chest - PALETTE[NAMES.index(name)].rgb).max() < 26


@pytest.mark.parametrize("pattern", ["striped", "checked", "dotted", "floral"])
@pytest.mark.parametrize("category", ["shirt", "trousers", "sneakers"])
def test_a_statement_piece_can_be_seen_to_be_one(pattern: str, category: str) -> None:
    product = replace(PLAIN, category=category)
    plain = shown(product, "cobalt")
    bold = shown(replace(product, pattern=pattern), "cobalt")

    changed = np.abs(bold - plain).max(-1) > 40
    assert 0.02 < changed.mean() < 0.4


def test_fabrics_look_different() -> None:
    looks = [shown(replace(PLAIN, fabric=name), "teal") for name in ("cotton", "silk", "corduroy")]

    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(looks[one] - looks[other])[30:70, 35:60].mean() > 3


def test_a_sheer_fabric_lets_the_ground_through() -> None:
    dense = shown(replace(PLAIN, fabric="silk"), "black")[50:60, 40:56].mean()
    sheer = shown(replace(PLAIN, fabric="chiffon"), "black")[50:60, 40:56].mean()

    assert sheer > dense + 10


def test_stripes_run_down_trousers_and_across_a_tee() -> None:
    def evenness(category: str) -> tuple[float, float]:
        look = shown(replace(PLAIN, category=category, pattern="striped"), "navy", size=160)
        patch = look[70:110, 58:76] if category == "trousers" else look[70:110, 60:100]
        return float(patch.mean((1, 2)).std()), float(patch.mean((0, 2)).std())

    down, across = evenness("tee")
    assert down > 2 * across
    down, across = evenness("trousers")
    assert across > 2 * down


def test_the_ground_is_a_soft_off_white() -> None:
    corners = shown(PLAIN, "red")[:4, :4].mean((0, 1))

    assert corners.min() > 215
    assert corners[0] > corners[2]


def test_jewellery_is_of_the_metal_it_is_sold_as() -> None:
    for seed in (0, 1):
        for metal in ("gold", "silver"):
            product = replace(PLAIN, category="earrings", fabric=metal, seed=seed)
            assert design_of(Piece(product=product, group=0, colour=0)).metal == metal
    others = [
        design_of(Piece(product=replace(PLAIN, seed=seed), group=0, colour=0)) for seed in (0, 1)
    ]
    assert [design.metal for design in others] == ["gold", "silver"]
