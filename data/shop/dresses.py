"""Dresses and jumpsuits."""

import numpy as np

from data.shop.bodices import (
    Block,
    body,
    hem_stitch,
    long_sleeves,
    neck_rib,
    shirt_collar,
    short_sleeves,
)
from data.shop.bottoms import Legs
from data.shop.design import HORN, Design
from data.shop.paths import Number, ellipse, flipped, mirrored, outline
from data.shop.sketch import Sketch


def dress(sketch: Sketch, design: Design) -> None:
    """A dress: shift, wrap, slip or flared."""
    sketch.place(0, -1, scale=1.03, slim=0.88)
    {"shift": _shift, "wrap": _wrap, "slip": _slip, "flared": _flared}[design.cut](sketch, design)


def jumpsuit(sketch: Sketch, design: Design) -> None:
    """A belted jumpsuit with a shirt's collar."""
    sketch.place(0, -2, scale=1.04, slim=0.82)
    wide = design.cut == "wide-leg"
    block = Block(
        neck=7.5, drop=9.0, shoulder=16.0, chest=14.5, waist=12.5, hem=13.2, length=50, tail=0.4
    )
    if design.variant:
        _sleeves(sketch, block)
    legs = Legs(
        waist=12.4,
        hip=16.5,
        knee=17.5 if wide else 12.5,
        inner_knee=2.6,
        hem=20.0 if wide else 9.6,
        inner_hem=3.0,
        length=95.0,
        top=46.0,
    )
    _low_legs(sketch, legs)
    body(sketch, block)
    sketch.seam(outline(f"M50 {block.top + block.drop} L50 62"), width=0.6)
    for y in (30.0, 36.0, 42.0):
        sketch.trim(ellipse((50, y), (0.9, 0.9)), HORN)
    _belt(sketch, 13.2, 47.6, 51.4)
    shirt_collar(sketch, block, spread=7.5)


def _shift(sketch: Sketch, design: Design) -> None:
    block = Block(
        neck=8.5,
        drop=6.0,
        shoulder=17.5,
        chest=16.0,
        waist=16.6,
        hem=20.0,
        length=84.0 + 6 * design.variant,
    )
    if design.variant:
        _sleeves(sketch, block)
    body(sketch, block)
    neck_rib(sketch, block, width=1.8)
    hem_stitch(sketch, block)


def _wrap(sketch: Sketch, design: Design) -> None:
    block = Block(
        neck=8.5,
        drop=19.0,
        vee=True,
        shoulder=17.5,
        chest=15.5,
        waist=12.4,
        hem=13.4,
        length=50.0,
        tail=0.4,
    )
    if design.variant:
        long_sleeves(sketch, block, reach=64, full=1.5)
    else:
        _sleeves(sketch, block)
    _fall(sketch, 12.8, 25.0, 88.0)
    body(sketch, block)
    sketch.seam(outline("M50 34 Q44 42 38.4 48.5"), width=0.7, depth=0.45)
    sketch.seam(outline("M41 52 C50 62 56 76 57 89.4"), width=0.8, depth=0.45)
    sketch.fold(outline("M43 52 C53 62 59 76 60 88"), width=3.0, height=0.5)
    _belt(sketch, 13.2, 47.4, 51.2)
    sketch.panel(outline("M40 50 L36 70 L40 70.6 L43 51"), lean=12)
    sketch.panel(outline("M42 50 L44 66 L47.4 65 L44.6 50"), lean=-8)
    sketch.panel(ellipse((42, 49.4), (2.6, 2.6)))


def _slip(sketch: Sketch, design: Design) -> None:
    strap = outline("M61 10 Q62 18 61 28")
    for line in (strap, flipped(strap)):
        sketch.cord(line, 1.1)
    length = 86 + 6 * design.variant
    sketch.panel(mirrored("M50 30 L62 25 L64 30 L62 38 L50 38"), tone=0.62, puff=0.2)
    sketch.panel(
        mirrored(
            "M50 34 Q56 33 61 26.4 Q63.6 30 64.6 36 C64.4 44 62.4 48 62.6 54"
            f"C65 62 69 72 71 {length} C64 {length + 1.6} 57 {length + 2.4} 50 {length + 2.4}"
        )
    )
    for share, height in ((-0.6, 0.5), (-0.2, -0.4), (0.2, 0.45), (0.6, -0.4)):
        sketch.fold(
            outline(f"M{50 + share * 12} 56 Q{50 + share * 16} 70 {50 + share * 22} {length}"),
            width=4.5,
            height=height,
        )
    sketch.fold(outline("M42 40 Q50 48 58 40"), width=3.0, height=0.5)


def _flared(sketch: Sketch, design: Design) -> None:
    block = Block(
        neck=10.0, drop=9.0, shoulder=17.0, chest=15.0, waist=11.6, hem=12.4, length=48.0, tail=0.4
    )
    if design.variant:
        _sleeves(sketch, block)
    _fall(sketch, 12.0, 31.0, 86.0)
    body(sketch, block)
    _belt(sketch, 12.4, 46.4, 49.4)


def _sleeves(sketch: Sketch, block: Block) -> None:
    short_sleeves(sketch, block, reach=38)


def _fall(sketch: Sketch, waist: Number, hem: Number, length: Number) -> None:
    """A full skirt with folds that fan out from the waist."""
    sketch.panel(
        mirrored(
            f"M50 47 L{50 + waist} 47 C{50 + waist + 3} 56 {50 + hem - 4} 70 "
            f"{50 + hem} {length - 2}"
            f"C{50 + hem * 0.7} {length + 0.4} {50 + hem * 0.35} {length + 2} 50 {length + 2}"
        )
    )
    for share in np.linspace(-0.8, 0.8, 7).tolist():
        line = outline(
            f"M{50 + share * waist * 0.9} 51 Q{50 + share * hem * 0.55} 66 "
            f"{50 + share * hem} {length + 1 - abs(share) * 2}"
        )
        sketch.fold(line, width=3.8, height=0.6)


def _belt(sketch: Sketch, half: Number, top: Number, bottom: Number) -> None:
    sketch.panel(
        mirrored(f"M50 {top} L{50 + half} {top} L{50 + half} {bottom} L50 {bottom + 0.4}"),
        tone=0.94,
    )


def _low_legs(sketch: Sketch, legs: Legs) -> None:
    """Trouser legs whose waist is at the middle of the drawing."""
    knee = 62 + 0.45 * (legs.length - 62)
    sketch.panel(
        mirrored(
            f"M50 {legs.top} L{50 + legs.waist} {legs.top} "
            f"C{50 + legs.waist + 2} 54 {50 + legs.hip} 58 {50 + legs.hip} 64"
            f"L{50 + legs.knee} {knee} L{50 + legs.hem} {legs.length} "
            f"Q{50 + (legs.hem + legs.inner_hem) / 2} {legs.length + 1.2} "
            f"{50 + legs.inner_hem} {legs.length + 0.4}"
            f"L{50 + legs.inner_knee} {knee} C{50 + legs.inner_knee * 0.5} 71 50.6 68 50 67"
        )
    )
    for share, height in ((0.3, 0.4), (0.75, -0.3)):
        middle = legs.inner_hem + (legs.hem - legs.inner_hem) * share
        line = outline(
            f"M{50 + legs.hip * share * 0.9} 58 Q{50 + legs.knee * share} 76 "
            f"{50 + middle} {legs.length}"
        )
        sketch.fold(line, width=3.0, height=height)
        sketch.fold(flipped(line), width=3.0, height=height)
    slit = outline(f"M{50 + legs.waist - 2} {legs.top + 6} L{50 + legs.hip - 1.4} 64")
    for line in (slit, flipped(slit)):
        sketch.seam(line, width=0.5, depth=0.35)
