"""Hats, beanies, jewellery, sunglasses, scarves and belts."""

import numpy as np

from data.shop.design import INK, Design
from data.shop.paths import Number, Points, along, ellipse, flipped, mirrored, outline, rectangle
from data.shop.sketch import RGB, Sketch

GLINT: RGB = (255, 253, 248)
FRINGE = np.array([[0.0, 1.0], [0.3, 6.6]])
LENS: RGB = (58, 56, 60)


def hat(sketch: Sketch, design: Design) -> None:
    """A hat with a ribbon: fedora or wide-brimmed; or a bucket hat."""
    if design.cut == "bucket":
        _bucket(sketch)
        return
    wide = design.cut == "wide-brimmed"
    sketch.panel(ellipse((50, 62), (42.0, 13.0) if wide else (36.0, 9.5)), puff=0.8)
    sketch.shade(ellipse((54, 64), (24.0, 6.0)), depth=0.3, blur=2.5)
    crown = (
        "M50 28 C62 28 69 36 70 60 C64 65 57 66 50 66"
        if wide
        else "M50 33 C53 28.6 58 26.4 61.6 29 C68 34 70 48 71 60 C64 65.6 57 66.6 50 66.6"
    )
    sketch.panel(mirrored(crown), puff=1.2)
    ribbon = mirrored("M50 58.4 C58 58.4 65 57 70.2 54.4 L71 60.4 C64 65.6 57 66.6 50 66.6")
    sketch.trim(ribbon, INK if design.variant else (98, 74, 60), puff=0.8)
    if not wide:
        sketch.fold(outline("M42 31 Q50 42 58 31"), width=4.0, height=-0.7)
    sketch.trim(
        outline("M66 57 L71.6 55 L72 62.6 L66.8 64.4"), INK if design.variant else (98, 74, 60)
    )


def beanie(sketch: Sketch, design: Design) -> None:
    """A knitted beanie with a turned-up edge, ribbed or with a bobble."""
    sketch.place(0, 4, scale=1.16)
    sketch.panel(mirrored("M50 22 C66 22 76 36 76 62 L50 66"), puff=1.2)
    for share in np.linspace(-0.85, 0.85, 8).tolist():
        sketch.seam(
            outline(f"M{50 + share * 25} 58 Q{50 + share * 24} 36 {50 + share * 6} 23"),
            width=0.7,
            depth=0.22,
        )
    sketch.panel(
        mirrored("M50 56 C60 56 70 55 77.6 53 C79 59 79 66 77.6 70 C69 72.4 60 73.4 50 73.4"),
        tone=0.97,
        puff=1.2,
    )
    for x in np.arange(25.5, 76, 3.4).tolist():
        sag = 3.0 * (1 - ((x - 50) / 28) ** 2)
        sketch.seam(np.array([[x, 54 + sag * 0.7], [x, 70 + sag]]), width=0.8, depth=0.2)
    if design.cut == "bobble":
        _bobble(sketch)
    elif design.variant:
        sketch.trim(rectangle(44, 61, 56, 68), (226, 214, 194), puff=0.6)


def earrings(sketch: Sketch, design: Design) -> None:
    """A pair of earrings: drops, hoops or studs."""
    one = {"drop": _drop, "hoop": _hoop, "stud": _stud}[design.cut]
    for x in (-20.0, 20.0):
        sketch.place(x, 2, scale=1.05)
        one(sketch, design)


def necklace(sketch: Sketch, design: Design) -> None:
    """A necklace: a chain with a pendant, or beads."""
    sketch.place(0, -1, scale=1.05)
    chain = (
        _both_sides("M50 70 C62 69 76 44 75 12")
        if design.variant
        else _both_sides("M50 64 C64 64 80 40 78 14")
    )
    bottom = 70.0 if design.variant else 64.0
    if design.cut == "beaded":
        for place in along(chain, 27).tolist():
            _stone(
                sketch, ellipse((place[0], place[1]), (2.9, 2.9)), (place[0] - 0.9, place[1] - 0.9)
            )
        return
    for place in along(chain, 74).tolist():
        sketch.trim(ellipse((place[0], place[1]), (0.85, 0.85)), design.fittings, puff=1.2)
    shape = _tear(bottom + 4.0, 15.0) if design.variant else ellipse((50, bottom + 9.0), (7.4, 7.4))
    sketch.trim(ellipse((50, bottom + 1.6), (1.8, 2.2)), design.fittings)
    sketch.trim((shape - shape.mean(0)) * 1.17 + shape.mean(0), design.fittings)
    _stone(sketch, shape, (47.6, bottom + 8.0))


def sunglasses(sketch: Sketch, design: Design) -> None:
    """Sunglasses: round, cat-eye or square."""
    rim = {
        "round": ellipse((69.0, 52.0), (17.0, 16.4)),
        "cat-eye": outline(
            "M53 45 C60 39 76 39 90 34.6 Q92.6 34 92 37 C91.6 48 86 64 73 65.6 C60 66.6 52 56 53 45"
        ),
        "square": outline(
            "M55 37.4 Q53 37.4 53 40 C53 52 54 64 58 66 C66 68.4 78 68 83 65.6 "
            "C87 62 88 48 88 40 Q88 37.4 85 37.4"
        ),
    }[design.cut]
    glass = (rim - rim.mean(0)) * (0.86 if design.variant else 0.8) + rim.mean(0)
    temple = outline("M86 42 C90 40 92.6 42 92 47 L90 58")
    for line in (temple, flipped(temple)):
        sketch.cord(line, 2.2)
    sketch.cord(outline("M45 45 Q50 41.6 55 45"), 3.2)
    for shape, lens in ((rim, glass), (flipped(rim), flipped(glass))):
        sketch.panel(shape, puff=1.2)
        sketch.trim(lens, LENS, puff=0.7)
        low, high = lens.min(0), lens.max(0)
        middle = (low + high) / 2
        sketch.glint(
            np.array(
                [
                    [middle[0] - 5, low[1] + 4],
                    [middle[0] + 1, low[1] + 4],
                    [middle[0] - 6, high[1] - 6],
                    [middle[0] - 10, high[1] - 10],
                ]
            ),
            (120, 118, 122),
            opacity=0.5,
        )
    for x in (88.0, 12.0):
        sketch.trim(ellipse((x + (50 - x) * 0.02, 43.6), (0.9, 0.9)), design.fittings)


def scarf(sketch: Sketch, design: Design) -> None:
    """A scarf, looped once, with or without a fringe."""
    end = (82.0 if design.cut == "fringed" else 88.0) - 7.0 * design.variant
    tails = (
        outline(f"M54 38 C58 54 62 68 64 {end} L49 {end + 2} C48 66 46 54 44 40"),
        outline(f"M45 38 C40 52 36 62 34.6 {end - 10} L49.6 {end - 7} C52 62 54 50 56 40"),
    )
    for number, tail in enumerate(tails):
        low = tail[len(tail) // 2 - 1 : len(tail) // 2 + 1]
        if design.cut == "fringed":
            for place in along(low, 12):
                sketch.cord(np.array([place - FRINGE[0], place + FRINGE[1]]), 0.9)
        sketch.panel(tail, lean=(-6.0, 8.0)[number])
        for share in (0.3, 0.7):
            top = tail[0] * (1 - share) + tail[-1] * share
            foot = low[0] * (1 - share) + low[1] * share
            sketch.fold(np.array([top, foot]), width=3.0, height=0.5 - share)
    back = mirrored("M50 10 C62 10 72 16 73 26 L66 30 C64 22 58 19 50 19")
    sketch.panel(back, tone=0.72)
    sketch.panel(
        outline(
            "M27 24 C30 40 44 48 56 44 C66 42 74 34 73 24 C68 32 58 35 48 33 C38 31 32 28 27 24"
        ),
        lean=8,
        puff=1.2,
    )
    sketch.panel(
        outline(
            "M26.6 22 C26 34 36 46 52 42 C62 40 70 34 73.4 22 "
            "C64 30 56 30 48 29 C38 28 31 26 26.6 22"
        ),
        lean=-6,
        puff=1.2,
    )
    sketch.fold(outline("M32 29 Q50 40 68 30"), width=2.6, height=0.6)


def belt(sketch: Sketch, design: Design) -> None:
    """A belt, coiled, its buckle to the front."""
    half = 4.2 if design.cut == "slim" else 7.0
    sketch.panel(
        outline(
            f"M14 {46 - half} C16 {31 - half} 84 {31 - half} 86 {46 - half} "
            f"L86 {46 + half} C84 {31 + half} 16 {31 + half} 14 {46 + half}"
        ),
        tone=0.55,
        puff=0.5,
    )
    sketch.panel(
        outline(
            f"M12 {48 - half} C16 {72 - half} 84 {72 - half} 88 {48 - half} "
            f"L88 {48 + half} C84 {74 + half} 16 {74 + half} 12 {48 + half}"
        )
    )
    middle = 66.4
    for x in (62.0, 67.0, 72.0):
        sketch.trim(ellipse((x, middle - (x - 50) ** 2 * 0.008), (0.8, 0.8)), INK)
    sketch.panel(rectangle(55.6, middle - half - 1.2, 59.2, middle + half + 1.0), tone=0.9)
    outer = rectangle(37.6, middle - half - 3.0, 52.4, middle + half + 3.0)
    if design.variant:
        outer = ellipse((45, middle), (8.6, half + 3.4))
    sketch.trim(outer, design.fittings)
    sketch.panel((outer - outer.mean(0)) * 0.66 + outer.mean(0), tone=0.86, puff=0.4)
    sketch.cord(np.array([[45.0, middle], [53.0, middle]]), 1.5, design.fittings)


def _bucket(sketch: Sketch) -> None:
    sketch.panel(
        mirrored("M50 56 C60 56 68 55 72 52 C80 58 86 66 88 72 C76 80 62 82 50 82"), puff=0.9
    )
    for drop in (5.0, 10.0, 15.0, 20.0):
        sketch.stitch(
            along(
                mirrored(
                    f"M50 {57 + drop} C{60 + drop * 0.2} {57 + drop} {70 + drop * 0.3} "
                    f"{55 + drop * 0.9} {73 + drop * 0.6} {52.4 + drop * 0.85}"
                )[:-1],
                60,
            ),
            depth=0.2,
        )
    sketch.panel(
        mirrored("M50 34 C58 34 65 35 67 37 C70 43 71.4 48 72.4 54 C66 58 58 59.6 50 59.6"),
        puff=1.2,
    )
    sketch.panel(
        mirrored("M50 32.6 C58 32.6 66 33.6 67 37 C65 40 58 41.4 50 41.4"), tone=1.04, puff=0.7
    )


def _bobble(sketch: Sketch) -> None:
    rng = np.random.default_rng(3)
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    reach = 9.4 + rng.uniform(-0.9, 0.9, len(angles))
    ring = np.stack([50 + reach * np.cos(angles), 17 + reach * np.sin(angles)], axis=1)
    sketch.panel(ring, tone=1.05, puff=1.2)
    for angle in angles[::2].tolist():
        tip = np.array([50 + 8.2 * np.cos(angle), 17 + 8.2 * np.sin(angle)])
        sketch.seam(
            np.array([[50 + 4.4 * np.cos(angle + 0.5), 17 + 4.4 * np.sin(angle + 0.5)], tip]),
            width=0.5,
            depth=0.2,
        )


def _both_sides(path: str) -> Points:
    """A line through the centre from its right half."""
    half = outline(path)
    return np.concatenate([flipped(half)[::-1], half])


def _tear(top: Number, length: Number) -> Points:
    """A teardrop that hangs from its point, on the centre line."""
    return mirrored(
        f"M50 {top} C{50 + length * 0.16} {top + length * 0.34} "
        f"{50 + length * 0.42} {top + length * 0.5} {50 + length * 0.42} "
        f"{top + length * 0.72}"
        f"C{50 + length * 0.42} {top + length * 0.92} {50 + length * 0.2} "
        f"{top + length} 50 {top + length}"
    )


def _stone(sketch: Sketch, shape: Points, glint: tuple[Number, Number]) -> None:
    """A polished stone with a glint."""
    sketch.panel(shape, puff=1.4)
    breadth = float((shape.max(0) - shape.min(0)).min())
    sketch.glint(ellipse(glint, (breadth * 0.12, breadth * 0.09)), GLINT)


def _hook(sketch: Sketch, design: Design) -> None:
    sketch.cord(outline("M50 36 L50 26 C50 20 57 20 57 27 L57 31"), 1.0, design.fittings)


def _drop(sketch: Sketch, design: Design) -> None:
    _hook(sketch, design)
    _stone(sketch, ellipse((50, 40), (3.4, 3.4)), (49, 39))
    sketch.cord(np.array([[50.0, 43.6], [50.0, 48.0]]), 0.9, design.fittings)
    long = 30.0 if design.variant else 24.0
    shape = _tear(46.0, long)
    sketch.trim((shape - shape.mean(0)) * 1.12 + shape.mean(0), design.fittings)
    _stone(sketch, shape, (47.4, 46 + long * 0.62))


def _hoop(sketch: Sketch, design: Design) -> None:
    radius = 17.0 if design.variant else 14.0
    ring = ellipse((50, 40 + radius), (radius, radius))
    sketch.cord(np.concatenate([ring, ring[:1]]), 3.2, design.fittings, puff=1.3)
    for place in along(ring[4:21], 9).tolist():
        _stone(sketch, ellipse((place[0], place[1]), (2.6, 2.6)), (place[0] - 0.8, place[1] - 0.8))
    sketch.trim(ellipse((50, 40), (2.2, 2.2)), design.fittings)


def _stud(sketch: Sketch, design: Design) -> None:
    radius = 9.0 if design.variant else 11.0
    for angle in np.linspace(0, 2 * np.pi, 18, endpoint=False).tolist():
        dot = (50 + (radius + 2.0) * np.cos(angle), 50 + (radius + 2.0) * np.sin(angle))
        sketch.trim(ellipse(dot, (1.9, 1.9)), design.fittings, puff=1.3)
    shape = ellipse((50, 50), (radius + 0.4, radius + 0.4))
    _stone(sketch, shape, (46.6, 46.2))
    facet = along(np.concatenate([shape, shape[:1]]), 9)[:-1]
    for place in facet:
        sketch.seam(np.array([place * 0.94 + 3.0, place * 0.5 + 25.0]), width=0.4, depth=0.14)
    sketch.seam(np.concatenate([facet, facet[:1]]) * 0.5 + 25.0, width=0.4, depth=0.14)
