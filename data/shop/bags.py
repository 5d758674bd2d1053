"""Totes, clutches and backpacks."""

import numpy as np

from data.shop.design import TAN, Design
from data.shop.paths import Number, Points, along, ellipse, flipped, mirrored, outline, rectangle
from data.shop.sketch import Sketch


def tote(sketch: Sketch, design: Design) -> None:
    """A tote: an open shopper, or a structured one with a clasp."""
    if design.cut == "shopper":
        _shopper(sketch, design)
    else:
        _structured(sketch, design)


def clutch(sketch: Sketch, design: Design) -> None:
    """A clutch: an envelope, or a rounded one in a metal frame."""
    if design.cut == "envelope":
        _envelope(sketch, design)
    else:
        _framed(sketch, design)


def backpack(sketch: Sketch, design: Design) -> None:
    """A backpack with a flap or a rolled top."""
    strap = outline("M66 28 C80 34 82 56 74 80")
    for line in (strap, flipped(strap)):
        sketch.cord(line, 5.0)
    sketch.cord(outline("M43 22 C43 10 57 10 57 22"), 2.6)
    sketch.panel(
        mirrored("M50 20 L62 20 C69 20 72 26 72.6 34 L74 80 C74 86 70 88.4 64 88.6 L50 89")
    )
    sketch.panel(
        mirrored("M50 60 L67 60 C68.6 62 69 70 68 80 C67.6 83 66 84 62 84.4 L50 84.8"), puff=1.1
    )
    sketch.seam(outline("M35 64 L65 64"), width=0.7, depth=0.4)
    if design.cut == "flap":
        sketch.panel(
            mirrored("M50 17 L62 17.4 C70 18 73 24 73.4 34 C73.6 44 70 52 63 53 L50 53.6"), puff=1.1
        )
        straps: tuple[float, ...] = (40.0, 60.0)
    else:
        sketch.panel(mirrored("M50 15 L66 15 C69 16 70 21 68.6 25 L50 25.6"), puff=1.4)
        sketch.seam(outline("M31.6 20 L68.4 20"), width=0.6, depth=0.3)
        straps = (50.0,)
    if design.variant:
        sketch.trim(rectangle(45, 72, 55, 78.6), TAN, puff=0.6)
    for x in straps:
        _buckled(sketch, x, design)


def _shopper(sketch: Sketch, design: Design) -> None:
    high = 10.0 if design.variant else 14.0
    handle = f"M37 44 C37 {high} 63 {high} 63 44"
    sketch.place(0, -3)
    sketch.cord(outline(handle), 2.6)
    sketch.place(0, 0)
    sketch.panel(mirrored("M50 36.6 L76 36.6 L76 42 L50 42"), tone=0.6, puff=0.2)
    sketch.panel(
        mirrored(
            "M50 39 C60 39 70 38 77 36.6 L81 84 C81.4 87 80 88.6 77 88.8 C68 89.4 59 89.6 50 89.6"
        )
    )
    sketch.seam(outline("M23 42.4 Q50 45 77 42.4"), width=0.5)
    for x in (37.0, 63.0):
        sketch.panel(rectangle(x - 2.2, 40.4, x + 2.2, 49.0), tone=0.97)
        sketch.stitch(along(np.array([[x - 1.4, 47.6], [x + 1.4, 47.6]]), 6))
    sketch.cord(outline(handle), 2.6)
    for x, height in ((34.0, 0.4), (64.0, -0.4)):
        sketch.fold(outline(f"M{x} 50 Q{x - 2} 68 {x + 1} 86"), width=6.0, height=height)
    if design.variant:
        sketch.trim(rectangle(45.6, 52, 54.4, 56), design.fittings, puff=0.7)


def _structured(sketch: Sketch, design: Design) -> None:
    handle = outline("M36 44 C36 16 64 16 64 44")
    sketch.cord(handle, 3.2)
    sketch.panel(
        mirrored("M50 38 L72 38 C75 38 76.6 40 77 43 L82 82 C82.4 86 80 88 76 88 L50 88.4")
    )
    sketch.panel(
        mirrored("M50 37.6 L73 37.6 C76 38 77.6 40 77.8 43 L78.6 50 C70 57 60 58.6 50 58.6"),
        puff=1.2,
    )
    for x in (36.0, 64.0):
        sketch.trim(ellipse((x, 43.6), (2.2, 2.6)), design.fittings)
    sketch.trim(rectangle(46, 54, 54, 63), design.fittings)
    sketch.seam(outline("M48.4 58.6 L51.6 58.6"), width=0.9, depth=0.6)
    for x in (24.4, 75.6):
        sketch.trim(ellipse((x + (50 - x) * 0.06, 84), (1.2, 1.2)), design.fittings)
    sketch.stitch(along(mirrored("M50 85.6 L78.6 85.4"), 60))


def _envelope(sketch: Sketch, design: Design) -> None:
    if design.variant:
        _chain(sketch, outline("M18 40 C10 70 24 92 50 92 C76 92 90 70 82 40"), design)
    sketch.panel(mirrored("M50 32 L84 32 Q86.6 32 86.6 34.6 L86.6 71 Q86.6 74 83.6 74 L50 74.2"))
    sketch.panel(mirrored("M50 31 L84 31 Q87.4 31 86.6 34 L53 59.4 Q50 61.4 50 61.4"), puff=1.2)
    sketch.seam(outline("M14 33.4 L47 59 Q50 61 53 59 L86 33.4"), width=0.5, depth=0.2)
    sketch.trim(ellipse((50, 57), (2.8, 2.8)), design.fittings, puff=1.3)
    sketch.glint(ellipse((49.2, 56.2), (0.8, 0.8)), (255, 250, 235))


def _framed(sketch: Sketch, design: Design) -> None:
    if design.variant:
        _chain(sketch, outline("M20 40 C16 8 84 8 80 40"), design)
    sketch.panel(mirrored("M50 40 L80 40 C88 52 88 70 80 77 C70 81.6 60 82 50 82"), puff=1.3)
    for end in (-24.0, -12.0, 0.0, 12.0, 24.0):
        sketch.fold(
            outline(f"M{50 + end * 0.9} 43 Q{50 + end * 1.2} 56 {50 + end * 1.1} 70"),
            width=3.0,
            height=0.5,
        )
    frame = outline("M50 39 L78 39 Q81 39 81 42 L81 49")
    sketch.cord(np.concatenate([flipped(frame)[::-1], frame]), 2.4, design.fittings)
    for x in (48.0, 52.4):
        sketch.trim(ellipse((x, 36), (2.0, 2.0)), design.fittings, puff=1.4)
        sketch.glint(ellipse((x - 0.5, 35.4), (0.6, 0.6)), (255, 250, 235))


def _chain(sketch: Sketch, line: Points, design: Design) -> None:
    for place in along(line, 44).tolist():
        sketch.trim(ellipse((place[0], place[1]), (1.2, 1.2)), design.fittings, puff=1.2)


def _buckled(sketch: Sketch, x: Number, design: Design) -> None:
    """A strap that runs over the front into a buckle."""
    sketch.panel(rectangle(x - 2.0, 24, x + 2.0, 66), tone=0.88, puff=0.7)
    sketch.trim(rectangle(x - 3.0, 55.4, x + 3.0, 61.0), design.fittings)
    sketch.panel(rectangle(x - 1.9, 56.6, x + 1.9, 59.8), tone=0.8)
