"""Jeans, trousers, shorts and skirts."""

from dataclasses import dataclass

import numpy as np

from data.shop.bodices import buttons
from data.shop.design import HORN, Design
from data.shop.paths import Number, flipped, mirrored, outline, rectangle
from data.shop.sketch import RGB, Sketch

THREAD: RGB = (214, 164, 92)


@dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """The measures of a pair of trousers; widths are from the centre line.

    Attributes:
        knee, inner_knee: outer and inner edge of the leg at the knee.
        hem, inner_hem: outer and inner edge at the hem; `length` is where that is.
    """

    waist: Number = 13.5
    hip: Number = 18.0
    knee: Number = 17.0
    inner_knee: Number = 4.5
    hem: Number = 16.0
    inner_hem: Number = 6.0
    length: Number = 92.0
    top: Number = 8.0

    @property
    def middle(self) -> float:
        """The height of the knee."""
        return 42 + 0.45 * (self.length - 42)


def trouser_legs(sketch: Sketch, legs: Legs) -> None:
    """Both legs and the waistband."""
    top, hip, knee = legs.top, legs.top + 24, legs.middle
    sketch.panel(
        mirrored(
            f"M50 {top + 2} L{50 + legs.waist - 1} {top + 2} "
            f"L{50 + legs.waist - 1} {top} L50 {top - 0.6}"
        ),
        tone=0.6,
        puff=0.2,
    )
    sketch.panel(
        mirrored(
            f"M50 {top + 3.4} Q{50 + legs.waist * 0.6} {top + 3} "
            f"{50 + legs.waist + 0.4} {top + 2.4}"
            f"C{50 + legs.waist + 2.6} {top + 9} {50 + legs.hip} {top + 15} "
            f"{50 + legs.hip} {top + 24}"
            f"C{50 + legs.hip + 0.2} {hip + (knee - hip) * 0.45} "
            f"{50 + legs.knee} {knee - (knee - hip) * 0.3} {50 + legs.knee} "
            f"{knee}"
            f"L{50 + legs.hem} {legs.length} "
            f"Q{50 + (legs.hem + legs.inner_hem) / 2} {legs.length + 1.4} "
            f"{50 + legs.inner_hem} {legs.length + 0.6}"
            f"L{50 + legs.inner_knee} {knee} C{50 + legs.inner_knee * 0.6} 50 51 45 50 43"
        )
    )
    sketch.panel(
        mirrored(
            f"M50 {top + 1} Q{50 + legs.waist * 0.6} {top + 0.6} {50 + legs.waist} {top}"
            f"L{50 + legs.waist + 0.8} {top + 4.6} Q{50 + legs.waist * 0.6} "
            f"{top + 5.4} 50 {top + 5.6}"
        ),
        lean=0,
        tone=0.98,
        puff=0.7,
    )
    sketch.seam(outline(f"M50 {top + 1} L50 43"), width=0.6, depth=0.4)
    for way, height in ((7.0, 0.35), (2.5, -0.3)):
        crease = outline(f"M52 44 Q{52 + way} 48 {52 + way * 1.6} {min(58, legs.length - 4)}")
        sketch.fold(crease, width=3.2, height=height)
        sketch.fold(flipped(crease), width=3.2, height=height)


def jeans(sketch: Sketch, design: Design) -> None:
    """Five-pocket jeans: straight, slim, wide-leg or flared."""
    legs = {
        "straight": Legs(),
        "slim": Legs(hip=16.8, knee=13.6, inner_knee=3.6, hem=11.2, inner_hem=4.4),
        "wide-leg": Legs(knee=20.5, inner_knee=3.4, hem=23.5, inner_hem=4.0),
        "flared": Legs(hip=17, knee=14.2, inner_knee=3.6, hem=22.0, inner_hem=3.4),
    }[design.cut]
    trouser_legs(sketch, legs)
    top = legs.top
    jeans_pockets(sketch, legs)
    sketch.stitch(
        _steps(f"M54 {top + 6} L54 {top + 20} Q54 {top + 25} 50.6 {top + 27}"), colour=THREAD
    )
    for height in (top + 1.4, top + 4.4):
        sketch.stitch(
            _steps(
                f"M{50 - legs.waist} {height - 0.6} Q50 {height + 1} "
                f"{50 + legs.waist} {height - 0.6}"
            ),
            colour=THREAD,
        )
    _loops(sketch, legs)
    buttons(sketch, 50, np.array([top + 3.2]), size=1.2, colour=design.fittings)
    if design.variant and design.cut != "flared":
        cuff = outline(
            f"M{50 + legs.hem + 0.6} {legs.length - 4} L{50 + legs.hem + 0.6} "
            f"{legs.length + 0.6} L{50 + legs.inner_hem - 0.6} "
            f"{legs.length + 1.2} L{50 + legs.inner_hem - 0.6} "
            f"{legs.length - 3.4}"
        )
        sketch.pair(cuff, tone=1.12)
    else:
        hem = _steps(
            f"M{50 + legs.hem - 0.2} {legs.length - 2.2} L{50 + legs.inner_hem} {legs.length - 1.6}"
        )
        sketch.stitch(hem, colour=THREAD)
        sketch.stitch(flipped(hem), colour=THREAD)


def trousers(sketch: Sketch, design: Design) -> None:
    """Trousers with a pressed crease: tapered, wide-leg or pleated."""
    legs = {
        "tapered": Legs(hip=17.5, knee=14.6, inner_knee=4.0, hem=11.8, inner_hem=4.8),
        "wide-leg": Legs(knee=21, inner_knee=2.6, hem=24.0, inner_hem=2.8),
        "pleated": Legs(hip=19.5, knee=17.0, inner_knee=4.0, hem=14.0, inner_hem=5.0),
    }[design.cut]
    trouser_legs(sketch, legs)
    top = legs.top
    middle = (legs.hem + legs.inner_hem) / 2
    pressed = outline(
        f"M{50 + legs.waist * 0.55} {top + 8} Q{50 + legs.hip * 0.6} 40 "
        f"{50 + middle} {legs.length - 1}"
    )
    for line in (pressed, flipped(pressed)):
        sketch.fold(line, width=1.8, height=0.5)
        sketch.seam(line, width=0.4, depth=0.16)
    slit = outline(f"M{50 + legs.waist - 2.6} {top + 5.6} L{50 + legs.hip - 1.6} {top + 17}")
    for line in (slit, flipped(slit)):
        sketch.seam(line, width=0.6, depth=0.4)
    if design.cut == "pleated":
        for start in (4.5, 8.0):
            pleat = outline(
                f"M{50 + start} {top + 6} Q{50 + start + 1} {top + 14} "
                f"{50 + start + 1.4} {top + 24}"
            )
            for line in (pleat, flipped(pleat)):
                sketch.fold(line, width=2.4, height=0.6)
                sketch.seam(line[: len(line) // 2], width=0.5, depth=0.3)
    _loops(sketch, legs)
    buttons(sketch, 51.6, np.array([top + 3.2]), size=1.0, colour=HORN)
    if design.variant:
        turn_up = outline(
            f"M{50 + legs.hem + 0.4} {legs.length - 4.4} L{50 + legs.hem + 0.4} "
            f"{legs.length + 0.5} L{50 + legs.inner_hem - 0.4} "
            f"{legs.length + 1} L{50 + legs.inner_hem - 0.4} {legs.length - 3.9}"
        )
        sketch.pair(turn_up)


def shorts(sketch: Sketch, design: Design) -> None:
    """Shorts: tailored with a crease, or relaxed with a drawstring."""
    sketch.place(0, 14, scale=1.3)
    legs = Legs(knee=21, inner_knee=2.4, hem=22.5, inner_hem=2.2, length=52 + 4.0 * design.variant)
    trouser_legs(sketch, legs)
    top = legs.top
    slit = outline(f"M{50 + legs.waist - 2.4} {top + 5.6} L{50 + legs.hip - 1.8} {top + 16}")
    for line in (slit, flipped(slit)):
        sketch.seam(line, width=0.5, depth=0.4)
    hem = _steps(f"M{50 + legs.hem} {legs.length - 3} L{50 + legs.inner_hem} {legs.length - 2.4}")
    sketch.stitch(hem)
    sketch.stitch(flipped(hem))
    if design.cut == "relaxed":
        _drawstring(sketch, legs)
        return
    pressed = outline(
        f"M{50 + legs.waist * 0.6} {top + 7} Q{50 + legs.hip * 0.68} 30 "
        f"{50 + legs.hem * 0.62} {legs.length}"
    )
    for line in (pressed, flipped(pressed)):
        sketch.fold(line, width=1.6, height=0.5)
    _loops(sketch, legs)
    buttons(sketch, 50, np.array([top + 3.2]), size=1.1, colour=HORN)


def skirt(sketch: Sketch, design: Design) -> None:
    """A skirt: A-line, pencil, pleated or mini."""
    waist, hem, length = {
        "a-line": (12.5, 27.0, 80.0),
        "pencil": (13.0, 14.5, 82.0),
        "pleated": (12.5, 27.5, 78.0 + 8 * design.variant),
        "mini": (13.5, 22.0, 54.0),
    }[design.cut]
    mini = design.cut == "mini"
    sketch.place(0, 8 if mini else 1, scale=1.25 if mini else 1.05)
    hip = max(waist + 4.5, waist + (hem - waist) * 0.42)
    sketch.panel(
        mirrored(
            f"M50 13.4 L{50 + waist} 12.6 C{50 + waist + 3} 20 {50 + hip} 26 {50 + hip + 0.4} 33"
            f"L{50 + hem} {length - 2} C{50 + hem * 0.7} {length} "
            f"{50 + hem * 0.35} {length + 1.4} 50 {length + 1.4}"
        )
    )
    if design.cut == "pleated":
        _pleats(sketch, (waist, hem, length))
    else:
        _drape(sketch, (waist, hem, length))
    sketch.panel(
        mirrored(
            f"M50 10 Q{50 + waist * 0.6} 9.8 {50 + waist - 0.6} 9 "
            f"L{50 + waist + 0.4} 13.4 Q{50 + waist * 0.6} 14.4 50 14.6"
        ),
        tone=0.98,
        puff=0.7,
    )
    if design.cut in ("a-line", "mini") and design.variant:
        sketch.seam(outline(f"M50 14.6 L50 {length + 1}"), width=0.5, depth=0.35)
        buttons(sketch, 50, np.arange(18.0, length - 3, 8.0), size=1.2, colour=HORN)
    elif design.cut == "pencil":
        sketch.seam(outline(f"M50 {length - 16} L50 {length + 1}"), width=0.8, depth=0.5)


def jeans_pockets(sketch: Sketch, legs: Legs) -> None:
    """Rounded front pockets with contrast stitches."""
    top = legs.top
    edge = _steps(
        f"M{50 + legs.waist - 5.6} {top + 5.8} C{50 + legs.waist - 5} "
        f"{top + 12} {50 + legs.hip - 4} {top + 13.4} {50 + legs.hip - 0.4} "
        f"{top + 14}"
    )
    for line in (edge, flipped(edge)):
        sketch.seam(line, width=0.6, depth=0.4)
        sketch.stitch(line + np.array([0.0, 1.1]), colour=THREAD)


def _steps(path: str) -> np.ndarray:
    """A path in short even steps, for stitches."""
    line = outline(path)
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    stops = np.arange(0.0, gone[-1], 1.1)
    return np.stack([np.interp(stops, gone, line[:, axis]) for axis in (0, 1)], axis=1)


def _loops(sketch: Sketch, legs: Legs) -> None:
    for x in (
        50 - legs.waist * 0.72,
        50 - legs.waist * 0.3,
        50 + legs.waist * 0.3,
        50 + legs.waist * 0.72,
    ):
        sketch.panel(rectangle(x - 0.8, legs.top + 0.2, x + 0.8, legs.top + 6), tone=0.97, puff=0.8)


def _drawstring(sketch: Sketch, legs: Legs) -> None:
    for x in np.linspace(50 - legs.waist + 1, 50 + legs.waist - 1, 13).tolist():
        sketch.seam(np.array([[x, legs.top + 1], [x, legs.top + 5]]), width=0.5, depth=0.22)
    for end in (46.5, 53.0):
        sketch.cord(
            outline(f"M50 {legs.top + 3.4} Q{end} {legs.top + 8} {end} {legs.top + 16}"),
            1.0,
            (238, 232, 220),
        )


def _pleats(sketch: Sketch, measures: tuple[Number, Number, Number]) -> None:
    """Knife pleats that fan out to the hem."""
    waist, hem, length = measures
    for share in np.linspace(-0.86, 0.86, 10).tolist():
        bend = 50 + share * (waist + (hem - waist) * 0.46)
        line = outline(
            f"M{50 + share * waist} 15 Q{bend} 34 {50 + share * hem} {length + 1 - abs(share)}"
        )
        sketch.fold(line, width=2.6, height=0.8)
        sketch.seam(line, width=0.6, depth=0.3)


def _drape(sketch: Sketch, measures: tuple[Number, Number, Number]) -> None:
    """Soft folds that fall from the hips."""
    waist, hem, length = measures
    for share, height in ((-0.62, 0.4), (-0.2, -0.3), (0.25, 0.35), (0.66, -0.35)):
        line = outline(
            f"M{50 + share * waist * 1.2} 34 Q{50 + share * hem * 0.8} "
            f"{length * 0.7} {50 + share * hem} {length}"
        )
        sketch.fold(line, width=5.0, height=height * (hem / 22))
