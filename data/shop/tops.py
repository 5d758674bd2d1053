"""Tees, shirts, blouses and sweaters."""

import numpy as np

from data.shop.bodices import (
    Block,
    body,
    buttons,
    hem_stitch,
    long_sleeves,
    neck_rib,
    shirt_collar,
    short_sleeves,
)
from data.shop.design import HORN, PEARL, Design
from data.shop.paths import ellipse, flipped, mirrored, outline, rectangle
from data.shop.sketch import Sketch


def tee(sketch: Sketch, design: Design) -> None:
    """A tee: crew-neck, V-neck or cropped."""
    sketch.place(0, 1, scale=1.16)
    block = {
        "crew-neck": Block(drop=7.5),
        "v-neck": Block(drop=15.0, vee=True, neck=9.5),
        "cropped": Block(drop=7.0, length=66.0, hem=20.5, waist=20.0, shoulder=22.0),
    }[design.cut]
    if design.variant and design.cut != "cropped":
        block = Block(
            drop=block.drop,
            vee=block.vee,
            shoulder=22.5,
            chest=21.0,
            waist=21.0,
            hem=21.5,
            length=81.0,
        )
    short_sleeves(sketch, block, reach=43 if design.variant else 41)
    body(sketch, block)
    neck_rib(sketch, block)
    hem_stitch(sketch, block)


def shirt(sketch: Sketch, design: Design) -> None:
    """A shirt with collar, placket and pocket."""
    sketch.place(0, 2, scale=1.12)
    block = {
        "button-down": Block(neck=9.0, drop=8.0, tail=4.0, length=82.0),
        "short-sleeved": Block(neck=9.0, drop=11.0, length=80.0, hem=21.0, waist=20.5),
        "oversized": Block(
            neck=9.0,
            drop=9.0,
            shoulder=23.5,
            chest=22.0,
            waist=22.0,
            hem=22.5,
            length=85.0,
            tail=4.0,
        ),
    }[design.cut]
    if design.cut == "short-sleeved":
        short_sleeves(sketch, block, reach=45)
    else:
        long_sleeves(sketch, block, cuff=5.0)
    body(sketch, block)
    open_to = block.top + block.drop
    sketch.seam(outline(f"M47.6 {open_to} L47.6 {block.length + block.tail - 0.6}"), width=0.4)
    sketch.seam(outline(f"M52.4 {open_to} L52.4 {block.length + block.tail - 0.6}"), width=0.6)
    buttons(sketch, 50, np.linspace(open_to + 6, block.length - 6, 6), size=1.0, colour=PEARL)
    if design.variant or design.cut == "oversized":
        pocket(sketch)
    shirt_collar(sketch, block, spread=10.0 if design.variant else 8.0)


def blouse(sketch: Sketch, design: Design) -> None:
    """A blouse that wraps, ties a bow, or has puffed sleeves."""
    sketch.place(0, 5, scale=1.14)
    wrapped = design.cut == "wrap"
    block = Block(
        neck=9.5, drop=20.0 if wrapped else 6.0, vee=wrapped, waist=15.5, hem=19.5, length=76.0
    )
    if design.cut == "puff-sleeved":
        puffed_sleeves(sketch, block)
    else:
        long_sleeves(sketch, block, cuff=3.5, full=2.5 + design.variant)
    body(sketch, block)
    {"wrap": wrap_front, "bow-neck": bow, "puff-sleeved": gathers}[design.cut](sketch, block)


def sweater(sketch: Sketch, design: Design) -> None:
    """A knitted sweater with ribbed neck, cuffs and hem."""
    sketch.place(0, 3, scale=1.12)
    vee = design.cut == "v-neck"
    wide = 1.5 * design.variant
    block = Block(
        drop=15.0 if vee else 6.5,
        vee=vee,
        neck=9.0,
        shoulder=22.5 + wide,
        chest=21.0 + wide,
        waist=21.0 + wide,
        hem=20.0 + wide,
        length=78.0,
        tail=0.6,
    )
    long_sleeves(sketch, block, cuff=6.0, full=1.5 + design.variant)
    body(sketch, block)
    hem = block.hem
    sketch.panel(
        mirrored(
            f"M50 78 L{50 + hem} 77 C{50 + hem} 80 {50 + hem - 1} 82 {50 + hem - 1} 84.6 L50 85.4"
        ),
        tone=0.96,
    )
    for x in np.arange(50 - hem + 2.5, 50 + hem - 1, 2.4).tolist():
        sketch.seam(np.array([[x, 78.6], [x, 84.6]]), width=0.6, depth=0.16)
    if design.cut == "roll-neck":
        sketch.panel(mirrored("M50 8 C55 8 59 8.4 60 9 L60.4 19 C57 22 54 22.5 50 22.5"), tone=0.99)
        sketch.fold(mirrored("M50 15 Q56 15 60 13.6"), width=2.0, height=-0.5)
    else:
        neck_rib(sketch, block, width=3.4)


def pocket(sketch: Sketch) -> None:
    """A patch pocket on the chest."""
    patch = outline("M56 37 L65.5 37 L65.5 46 L60.8 48.6 L56 46 L56 37")
    sketch.seam(patch, width=0.4, depth=0.3)
    sketch.shade(rectangle(56, 37, 65.5, 38.4), depth=0.15, blur=0.8)


def puffed_sleeves(sketch: Sketch, block: Block) -> None:
    """Short full sleeves gathered into a band."""
    tip, under = 50 + block.shoulder, 50 + block.chest
    sleeve = outline(
        f"M{tip - 3} 20 C{tip + 2} 13.5 {tip + 15} 21 {tip + 15.5} 37 "
        f"C{tip + 15} 43 {tip + 12} 46 {tip + 11} 46.5"
        f"L{tip + 2} 49 C{tip - 2} 48 {under + 1} 45 {under - 1} 40 L{under - 4} 30"
    )
    sketch.pair(sleeve, lean=-25, puff=1.3)
    for end in (4.0, 7.0, 10.0):
        crease = outline(f"M{tip - 0.5} 22 Q{tip + end} 30 {tip + end} 45")
        sketch.fold(crease, width=2.2, height=0.45)
        sketch.fold(flipped(crease), width=2.2, height=0.45)
    band = outline(f"M{tip + 11.4} 45.6 L{tip + 12} 48.6 L{tip + 2.6} 51.4 L{tip + 1.6} 48.6")
    sketch.pair(band, lean=-20, tone=0.95)


def wrap_front(sketch: Sketch, block: Block) -> None:
    """The edge of a wrap and the knot of its belt."""
    low = block.top + block.drop
    sketch.seam(outline(f"M50 {low} Q42 {low + 12} {50 - block.waist} 57"), width=0.7, depth=0.45)
    sketch.fold(outline(f"M54 {low + 2} Q46 {low + 14} {52 - block.waist} 58"), width=3, height=0.5)
    sketch.panel(
        mirrored(f"M50 56.5 L{50 + block.waist} 56.5 L{50 + block.waist} 60 L50 60"), tone=0.96
    )
    sketch.panel(outline("M37 58 L34 74 L37.4 74.6 L40 59"), lean=10)
    sketch.panel(outline("M39 58 L40.4 72 L43.6 71.4 L41.4 58"), lean=-6)
    sketch.panel(ellipse((39, 58.2), (2.6, 2.8)))


def bow(sketch: Sketch, block: Block) -> None:
    """A bow at the throat."""
    neck_rib(sketch, block, width=3.0, tone=0.98)
    sketch.panel(outline("M50 24 C47 33 45 39 43.5 45 L47.6 46 C49 38 50 31 51 25"), lean=12)
    sketch.panel(outline("M50 24 C53 33 54 38 56.5 43 L60 41 C56 35 53 29 51 24"), lean=-18)
    sketch.pair(outline("M50 23 C55 17.5 62 18 62.5 21.5 C63 26 57 28 50 24.4"), lean=10, puff=1.3)
    sketch.panel(ellipse((50, 23.6), (2.2, 2.4)), puff=1.2)


def gathers(sketch: Sketch, block: Block) -> None:
    """A rounded collar and gathers below it."""
    for x in (52.5, 55.5, 59.0):
        crease = outline(f"M{x} 27 Q{x + 1.5} 34 {x + 1} 43")
        sketch.fold(crease, width=1.8, height=0.4)
        sketch.fold(flipped(crease), width=1.8, height=0.4)
    sketch.pair(
        outline(
            f"M50.3 {block.top + block.drop} C54 21 58 18.5 59.3 13.8 "
            "C62.5 15 64 18 63.6 21.5 C62 26 55 29 51 26.5"
        ),
        lean=15,
        puff=0.8,
    )
    buttons(sketch, 50, np.array([30.0, 36.0, 42.0]), size=0.9, colour=HORN)
