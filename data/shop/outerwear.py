"""Coats, jackets and blazers."""

import numpy as np

from data.shop.bodices import Block, body, buttons, hem_stitch, lapels, long_sleeves, shirt_collar
from data.shop.design import HORN, RUBBER, Design
from data.shop.paths import Number, Points, ellipse, flipped, mirrored, outline, rectangle
from data.shop.sketch import Sketch


def coat(sketch: Sketch, design: Design) -> None:
    """A long coat: trench, wrap or straight."""
    sketch.place(0, -1.5, scale=1.04, slim=0.8)
    belted = design.cut != "straight"
    block = Block(
        neck=8.0,
        drop=16.0,
        vee=True,
        shoulder=19.0,
        chest=17.5,
        waist=15.0 if belted else 18.0,
        hem=23.0 if belted else 20.0,
        length=92.0,
        tail=0.6,
    )
    long_sleeves(sketch, block, reach=66, cuff=3.0 if design.cut == "trench" else 0.0, full=1.0)
    body(sketch, block)
    sketch.seam(outline("M50 40 L50 92.4"), width=0.8, depth=0.45)
    for x in (41.0, 59.0):
        sketch.fold(
            outline(f"M{x} 60 Q{x + (x - 50) * 0.2} 76 {x + (x - 50) * 0.35} 91"),
            width=4.0,
            height=0.4,
        )
    if belted:
        _belt(sketch, design)
        _slanted_pockets(sketch)
    else:
        _flap_pockets(sketch, 66.0)
        buttons(sketch, 50, np.array([46.0, 56.0, 66.0]), size=1.4, colour=HORN)
    if design.cut == "trench":
        for x in (43.5, 56.5):
            buttons(sketch, x, np.array([42.0, 49.5, 65.0]), size=1.3, colour=HORN)
        flap = outline("M57 27 L69.4 25 L69 36 Q62 40 56 37")
        sketch.seam(flap, width=0.5, depth=0.35)
        sketch.seam(flipped(flap), width=0.5, depth=0.35)
    lapels(sketch, block, low=44.0 if design.cut == "wrap" else 40.0, width=9.0 + design.variant)


def jacket(sketch: Sketch, design: Design) -> None:
    """A short jacket: trucker, biker or bomber."""
    sketch.place(0, 2, scale=1.1)
    {"trucker": _trucker, "biker": _biker, "bomber": _bomber}[design.cut](sketch, design)


def blazer(sketch: Sketch, design: Design) -> None:
    """A blazer with one or two rows of buttons."""
    sketch.place(0, 2, scale=1.08)
    double = design.cut == "double-breasted"
    block = Block(
        neck=8.0,
        drop=18.0,
        vee=True,
        shoulder=20.5,
        chest=18.5,
        waist=16.5 + design.variant,
        hem=20.0,
        length=82.0,
        tail=0.4,
    )
    long_sleeves(sketch, block, reach=70)
    body(sketch, block)
    low = 50.0 if double else 54.0
    edge = outline(
        f"M{46 if double else 50} {low} L{46 if double else 50} 76 "
        f"Q{46 if double else 50} 82 {42 if double else 45} 82.4"
    )
    sketch.seam(edge, width=0.8, depth=0.45)
    dart = outline("M60.5 46 Q59.6 58 61 69")
    for line in (dart, flipped(dart)):
        sketch.seam(line, width=0.4, depth=0.22)
    _flap_pockets(sketch, 66.0)
    sketch.panel(outline("M57.5 38.6 L65.5 37.4 L65.8 39.6 L57.8 40.8"), tone=0.97)
    columns = (44.5, 55.5) if double else (50.0,)
    for x in columns:
        buttons(
            sketch, x, np.array([54.0, 62.0] if double else [57.0, 65.0]), size=1.3, colour=HORN
        )
    for x in (17.9, 82.1):
        buttons(
            sketch, x + (1.2 if x < 50 else -1.2), np.array([64.0, 67.0]), size=0.7, colour=HORN
        )
    lapels(sketch, block, low=low, width=9.5 + design.variant)


def _trucker(sketch: Sketch, design: Design) -> None:
    block = Block(
        neck=9.0, drop=8.0, shoulder=21.5, chest=20.0, waist=19.0, hem=18.5, length=70.0, tail=0.3
    )
    long_sleeves(sketch, block, cuff=4.0, reach=68)
    body(sketch, block)
    sketch.seam(outline(f"M{50 - 20.4} 33 L{50 + 20.4} 33"), width=0.6, depth=0.35)
    panel = outline("M60 46 L56.4 66")
    for line in (panel, flipped(panel)):
        sketch.seam(line, width=0.6, depth=0.35)
    pocket = outline("M55 33 L66 33 L66 37.5 L60.5 40.5 L55 37.5 L55 33")
    for line in (pocket, flipped(pocket)):
        sketch.seam(line, width=0.6, depth=0.35)
        buttons(sketch, float(line[4, 0]), np.array([38.2]), size=0.8, colour=design.fittings)
    sketch.panel(mirrored("M50 66 L68.7 65 L68.4 70.4 L50 71"), tone=0.97)
    sketch.seam(outline("M50 23 L50 70.6"), width=0.7, depth=0.4)
    buttons(
        sketch,
        51.6,
        np.array([28.0, 36.0, 44.0, 52.0, 60.0, 68.4]),
        size=1.0,
        colour=design.fittings,
    )
    shirt_collar(sketch, block, spread=10.0)


def _biker(sketch: Sketch, design: Design) -> None:
    block = Block(
        neck=9.0,
        drop=13.0,
        vee=True,
        shoulder=21.0,
        chest=19.5,
        waist=17.5,
        hem=18.0,
        length=68.0,
        tail=0.3,
    )
    long_sleeves(sketch, block, reach=68)
    body(sketch, block)
    _zip(sketch, outline("M50 28 Q57 38 58 67.6"), design)
    _zip(sketch, outline("M36 52 L44 56"), design)
    _zip(sketch, outline("M64.6 52 L60.4 54.4"), design)
    sketch.panel(mirrored("M50 62.4 L67.4 61.6 L67.8 66.6 L50 67.4"), tone=0.95)
    sketch.trim(rectangle(41, 62, 47, 67.8), design.fittings)
    sketch.panel(rectangle(42.4, 63.4, 45.6, 66.4), tone=0.8)
    sketch.pair(
        outline("M50.2 33 C55 34 61 31 66 27 L60 21 L59.5 14 C56 21 52 26 50.2 33"),
        lean=20,
        tone=1.03,
    )
    for x in (37.5, 62.5):
        sketch.trim(ellipse((x, 26.6), (0.8, 0.8)), design.fittings)


def _bomber(sketch: Sketch, design: Design) -> None:
    block = Block(
        neck=9.5, drop=6.0, shoulder=22.0, chest=21.5, waist=22.5, hem=20.0, length=70.0, tail=0.3
    )
    long_sleeves(sketch, block, cuff=4.5, full=3.0, reach=66)
    body(sketch, block)
    _zip(sketch, outline("M50 21 L50 70"), design)
    band = mirrored("M50 69.4 L70 68.6 C70.4 71 69.6 74 68.6 75.6 L50 76.4")
    sketch.panel(band, tone=0.86)
    if design.variant:
        for y in (71.4, 73.8):
            sketch.cord(outline(f"M31 {y - 0.4} Q50 {y + 0.8} 69 {y - 0.4}"), 0.9, RUBBER, puff=0.3)
    for x in np.arange(32.5, 69, 2.3).tolist():
        sketch.seam(np.array([[x, 70.4], [x, 75.4]]), width=0.6, depth=0.2)
    sketch.panel(
        mirrored("M50 18.4 C55 18 57.5 16 58.6 11.6 L62 13 C62 19 56 23.4 50 23.4"), tone=0.86
    )
    welt = outline("M60 52 L64.6 62")
    for line in (welt, flipped(welt)):
        sketch.cord(line, 1.6)
    hem_stitch(sketch, block)


def _zip(sketch: Sketch, line: Points, design: Design) -> None:
    sketch.cord(line, 1.3, design.fittings, puff=0.6)
    sketch.seam(line, width=0.35, depth=0.55)


def _belt(sketch: Sketch, design: Design) -> None:
    sketch.panel(mirrored("M50 55.4 L65.4 55 L65.4 59.8 L50 60.4"), tone=0.95)
    if design.cut == "trench":
        sketch.trim(rectangle(45.5, 54.2, 53, 61.4), HORN)
        sketch.panel(rectangle(47, 56, 51.5, 59.8), tone=0.9)
    else:
        sketch.panel(outline("M44 58 L40.4 78 L45 78.6 L47.4 59"), lean=10)
        sketch.panel(outline("M47 58 L49 74 L53 73 L50 58"), lean=-7)
        sketch.panel(ellipse((46.6, 57.8), (3.0, 3.2)))


def _slanted_pockets(sketch: Sketch) -> None:
    welt = outline("M60.4 66 L64.6 75")
    sketch.cord(welt, 2.0)
    sketch.cord(flipped(welt), 2.0)


def _flap_pockets(sketch: Sketch, y: Number) -> None:
    sketch.pair(outline(f"M56.4 {y + 0.4} L66 {y - 0.4} L66.2 {y + 4} L56.6 {y + 4.8}"), tone=0.98)
