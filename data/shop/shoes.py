"""Sneakers, pumps, boots and sandals: a pair, seen from the side, toes to the right."""

from collections.abc import Callable

import numpy as np

from data.shop.design import INK, RUBBER, TAN, Design
from data.shop.paths import Number, Points, along, ellipse, outline, rectangle
from data.shop.sketch import RGB, Sketch

LINING: RGB = (214, 190, 160)
LACE = np.array([[-2.6, 3.0], [2.4, -1.2]])
GUM: RGB = (196, 150, 104)


def sneakers(sketch: Sketch, design: Design) -> None:
    """Sneakers: low-top, high-top or slip-on."""
    one = {"low-top": _low_top, "high-top": _high_top, "slip-on": _slip_on}[design.cut]
    _twice(sketch, design, one)


def pumps(sketch: Sketch, design: Design) -> None:
    """Pumps: stiletto, block-heel or ballet."""
    _twice(sketch, design, _ballet if design.cut == "ballet" else _heeled)


def boots(sketch: Sketch, design: Design) -> None:
    """Boots: ankle, chelsea or knee-high."""
    _twice(sketch, design, _boot, scale=0.84 if design.cut == "knee-high" else 0.9)


def sandals(sketch: Sketch, design: Design) -> None:
    """Sandals: flat slides or strappy heels."""
    _twice(sketch, design, _slide if design.cut == "slide" else _strappy)


def _twice(
    sketch: Sketch, design: Design, one: Callable[[Sketch, Design], None], *, scale: Number = 0.94
) -> None:
    """The far shoe, higher and a little darker, then the near one."""
    sketch.place(-5.0, -7.0, scale=scale * 0.95, dim=0.86)
    one(sketch, design)
    sketch.place(3.0, 1.0, scale=scale)
    one(sketch, design)


def _sneaker(sketch: Sketch, design: Design, upper: str) -> None:
    """Upper, rubber sole and toe cap."""
    sketch.panel(outline(upper))
    if design.variant:
        sketch.trim(outline("M73 67 C72 61 74 57.4 78 56.2 C85 58 88 62 88 67"), RUBBER)
    else:
        sketch.seam(outline("M72 66 C71 60 72 57 74.6 55.2"), width=0.6)
    sole = RUBBER if design.metal == "gold" or not design.variant else GUM
    sketch.trim(
        outline(
            "M12.6 66 C11.6 70 12.4 74 16.4 74 L83 74 C88 74 90 71 88.6 66 "
            "C86 64.6 84 64.8 81 65 L20 65 C16 65 14 65 12.6 66"
        ),
        sole,
        puff=0.8,
    )
    sketch.seam(outline("M13 70.4 L88.6 70.4"), width=0.5, depth=0.25)


def _low_top(sketch: Sketch, design: Design) -> None:
    sketch.panel(outline("M17 44 C24 41 32 40 38 40 L36 50 L20 50"), tone=0.55, puff=0.2)
    sketch.panel(outline("M37.6 44 L40 36 C41 34.4 45 34.4 46.4 36.4 L60 49 L46 54"), tone=0.93)
    _sneaker(
        sketch,
        design,
        "M14.6 67 C13.4 58 13.6 50 15 44 C15.6 41.6 19 41.6 20.6 43.6 C25 49 33 49.6 38.6 42.6"
        "L41 41 L64 52.6 C76 55 87 58 88 67",
    )
    sketch.seam(outline("M24 66 C26 56 34 54 42 54.4 L56 65.6"), width=0.6)
    sketch.panel(outline("M14.2 50 C16 48 20 48 22 50 L22.6 60 L14 60"), tone=0.86)
    _laces(sketch, np.array([43.0, 43.0]), np.array([62.0, 52.6]), 5)


def _high_top(sketch: Sketch, design: Design) -> None:
    sketch.panel(outline("M21 22 C27 19 35 18 41 19 L39 30 L23 30"), tone=0.55, puff=0.2)
    sketch.panel(outline("M38 26 L42.4 16 C44 14.6 47.6 15.6 48.2 18 L60 49 L46 54"), tone=0.93)
    _sneaker(
        sketch,
        design,
        "M14.6 67 C14 56 18 44 19 34 C19 28 19.4 24 20 22 C26 25.4 34 25.6 41 22"
        "L47 40 C50 46 56 50.6 64 52.6 C76 55 87 58 88 67",
    )
    sketch.trim(ellipse((27.6, 42.6), (5.4, 5.4)), RUBBER, puff=0.7)
    sketch.panel(ellipse((27.6, 42.6), (3.6, 3.6)), tone=0.95)
    sketch.seam(outline("M36 65 C37 56 43 50 44 42"), width=0.6)
    _laces(sketch, np.array([41.6, 25.0]), np.array([60.0, 51.6]), 7)


def _slip_on(sketch: Sketch, design: Design) -> None:
    sketch.panel(outline("M17 45 C28 40 40 41 50 47 L44 54 L22 54"), tone=0.55, puff=0.2)
    _sneaker(
        sketch,
        design,
        "M14.6 67 C13.4 58 13.8 51 15.4 45 C17 43 20 44 22 46.4 C28 53 40 53.6 50.6 46.4"
        "C62 48 86 56 88 67",
    )
    sketch.trim(outline("M38.6 51.4 L46 49.2 L49 56 L43.4 57.6"), INK, puff=0.5)
    sketch.seam(outline("M22.6 66 C22 58 23 52 24.6 48.6"), width=0.5)


def _laces(sketch: Sketch, start: Points, end: Points, count: int) -> None:
    for place in along(np.stack([start, end]), count):
        sketch.trim(ellipse((float(place[0] - 2.6), float(place[1] + 3.0)), (0.7, 0.7)), INK)
        sketch.cord(np.array([place + LACE[0], place + LACE[1]]), 1.5, (250, 248, 243))


def _heeled(sketch: Sketch, design: Design) -> None:
    if design.cut == "stiletto":
        heel = "M15.4 50 L28 57 C25 62 21.4 70 20.6 80.6 L17.4 80.6 C17.6 70 14.8 60 15.4 50"
    else:
        heel = "M15 50 L32 58 C30.6 66 29.6 74 30 80.6 L16.4 80.6 C16.6 70 14.4 60 15 50"
    sketch.panel(outline(heel), tone=0.9)
    sketch.trim(
        outline("M18 54 C32 56 44 70 58 79 L90 79.6 L90 81 L57 80.8 C44 74 30 60 19 57"), INK
    )
    sketch.trim(
        outline("M15 41 C24 39 40 50 52 60 C58 64 64 66 69 66.6 L60 72 L36 58 L18 49"),
        LINING,
        puff=0.2,
    )
    sketch.panel(
        outline(
            "M14.4 41 C12.8 47 14 53 17 56.4 C31 57.6 44 71 57.6 79.8 L86 80 C91 80 93 77.6 90 75.4"
            "C83 71.4 76 69 70 64.6 C66 68.6 58 69.4 50 64 "
            "C38 56 30 46 22 42.6 C19 41 16 40.4 14.4 41"
        )
    )
    if design.variant:
        sketch.cord(outline("M31 47.6 C38 45.4 48 49 54 65.4"), 2.2)
    sketch.fold(outline("M64 74 Q76 74 87 77"), width=3.0, height=0.4)


def _ballet(sketch: Sketch, design: Design) -> None:
    sketch.trim(outline("M14 74 L87 74.6 C89 75 89 77 87 77 L70 77 L28 76.6 L28 79 L15 79"), TAN)
    sketch.trim(outline("M15 57 C28 54 50 58 66 62 L62 70 L20 68"), LINING, puff=0.2)
    sketch.panel(
        outline(
            "M13.6 57 C12.4 64 12.6 70 14 75 L86 75.4 C91 74.6 91.4 70 88 67.6 "
            "C80 63.4 73 61.4 67 59"
            "C65 66 58 69 48 68 C36 67 24 63 19 57.6 C17.4 56.2 15 56 13.6 57"
        )
    )
    sketch.panel(outline("M67 62 C62 56.4 57.6 58 58.6 61 C59.4 64 64 64.6 67 62.4"), puff=1.3)
    sketch.panel(
        outline("M67 62 C72 56.4 76.6 58.6 75.6 61.4 C74.6 64.4 70 64.6 67 62.4"), puff=1.3
    )
    sketch.panel(ellipse((67, 62), (1.5, 1.6)))
    if design.variant:
        sketch.cord(outline("M34 64.6 C38 58.4 46 57.6 50.4 67.6"), 2.0)


def _boot(sketch: Sketch, design: Design) -> None:
    top = {"ankle": 30.0, "chelsea": 24.0, "knee-high": 6.0}[design.cut]
    wide = 3.0 if design.cut == "knee-high" else 0.0
    sketch.panel(
        outline(
            f"M{24 - wide} {top} C32 {top - 2.6} 44 {top - 2.6} {51 + wide} "
            f"{top} L50 {top + 6} L26 {top + 6}"
        ),
        tone=0.5,
        puff=0.2,
    )
    high_heel = design.cut != "chelsea" and design.variant == 1
    heel = "M15.6 72 L33 73 L30 82 L18 82" if high_heel else "M15.6 73 L36 73 L36 81.6 L16 81.6"
    sketch.trim(outline(heel), INK)
    sketch.trim(
        outline(
            "M15.4 73 L86 73.4 C88.6 74 89 77 87 78.4 L50 78.4 C46 78.4 42 76 36 75.6 L15.6 75.6"
        ),
        INK,
    )
    sketch.panel(
        outline(
            f"M{24 - wide} {top} C33 {top + 2.6} 43 {top + 2.6} {51 + wide} "
            f"{top} C{50 + wide * 0.6} 36 48.6 44 52 50"
            "C57 56.4 72 56.4 82 63.6 C87 67 88.6 71 87.6 74.2 L15.4 74.2"
            f"C15 66 19 58 20.4 50 C{22 - wide * 0.4} 42 {23 - wide} 34 {24 - wide} {top}"
        )
    )
    sketch.fold(outline("M24 50 Q36 56 48 49"), width=3.0, height=-0.5)
    sketch.fold(outline("M54 56 Q64 62 84 68"), width=3.0, height=0.4)
    if design.cut == "chelsea":
        gore = outline(
            f"M32 {top + 3} L45.6 {top + 3} C45 36 44 44 41.6 50 "
            f"L36.6 50 C34 44 32.6 36 32 {top + 3}"
        )
        sketch.trim(gore, INK, puff=0.5)
        for x in (35.0, 37.6, 40.2, 42.8):
            sketch.seam(np.array([[x, top + 4], [x, 48]]), width=0.4, depth=0.4)
        sketch.cord(outline(f"M22 {top + 2} C20 {top - 4} 24 {top - 6} 25.6 {top - 1}"), 1.5)
    else:
        _zip(sketch, design, top)


def _zip(sketch: Sketch, design: Design, top: Number) -> None:
    line = outline(f"M36 {top + 4} Q35.6 54 37 66")
    sketch.cord(line, 1.1, design.fittings, puff=0.5)
    sketch.seam(line, width=0.3, depth=0.5)
    if design.variant:
        sketch.cord(outline("M20.6 50 Q34 56 50.4 47.6"), 2.4)
        sketch.trim(rectangle(38, 49.6, 43, 54.6), design.fittings)
        sketch.panel(rectangle(39.4, 51, 41.6, 53.2), tone=0.8)


def _slide(sketch: Sketch, design: Design) -> None:
    sketch.trim(
        outline(
            "M12 66 C20 63.6 34 66.6 46 66.6 C60 66.4 76 64.6 88 66 "
            "C91 69 90 75 86 75.6 L18 75.6 C12 75.6 10.4 70 12 66"
        ),
        TAN,
        puff=0.8,
    )
    sketch.seam(outline("M11.4 71 L90 71"), width=0.5, depth=0.3)
    if design.variant:
        sketch.panel(
            outline("M34 69.6 C35 62 40 57.4 47 57 C54 57.4 57 62 58 69.6 Q46 71.6 34 69.6")
        )
        sketch.panel(outline("M62 69.4 C63 63 67 59 72 58.8 C77 59 81 63 82 69.4 Q72 71.2 62 69.4"))
        for x in (45.0, 70.0):
            sketch.trim(rectangle(x - 0.6, 61, x + 4.0, 65.2), design.fittings)
            sketch.panel(rectangle(x + 0.6, 62.2, x + 2.8, 64), tone=0.85)
        return
    sketch.panel(outline("M45 62 C50 55 62 53.6 70 55.6 L72 62 L60 64"), tone=0.55, puff=0.2)
    sketch.panel(outline("M43 70 C43 63 50 58 58 56.4 C69 54.6 79 60 82 70 C70 72.4 56 72.4 43 70"))
    sketch.seam(outline("M45 67 C56 69 70 69 80.8 67"), width=0.5)


def _strappy(sketch: Sketch, design: Design) -> None:
    heel = "M15.6 54 L27 59 C25 66 22 74 21.4 80.6 L17.4 80.6 C17.6 72 15 62 15.6 54"
    block = "M15 54 L31 60 C30 68 29.4 74 29.6 80.6 L16.6 80.6 C16.8 72 14.6 62 15 54"
    sketch.panel(outline(block if design.variant else heel), tone=0.9)
    sketch.trim(
        outline(
            "M14 50 C22 50 34 56 46 67 C54 74 62 76.4 70 76.4 "
            "L90 76.4 C92 78 91 80.6 89 80.6 L62 80.6 C50 80 36 66 26 60 "
            "C20 57 14 56 14 50"
        ),
        TAN,
        puff=0.7,
    )
    sketch.cord(outline("M15.4 52 C14 44 14.6 38 17 34"), 3.0)
    sketch.cord(outline("M17 35 C24 29 36 30 40 36 C38 41 26 42 17 36"), 2.2)
    sketch.trim(rectangle(30, 37.4, 34.6, 42.4), design.fittings)
    for start, crest, end in (((66, 78), (69, 60), (82, 77)), ((57, 75.4), (60, 56), (74, 76))):
        line = outline(f"M{start[0]} {start[1]} Q{crest[0]} {crest[1]} {end[0]} {end[1]}")
        sketch.cord(line, 2.6)
    sketch.cord(outline("M40 62 C44 52 52 50 58 54 C60 60 54 68 50 71"), 2.2)
