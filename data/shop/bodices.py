"""The upper half of a garment: body, sleeves, necklines, collars, lapels and closures."""

from dataclasses import dataclass

import numpy as np

from data.shop.paths import Number, Points, ellipse, flipped, mirrored, outline
from data.shop.sketch import RGB, Sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The measures of a bodice; widths are halves, from the centre line.

    Attributes:
        neck: width of the neckline; `drop` its depth below the shoulder.
        shoulder, chest, waist, hem: widths at those heights.
        length: where the hem is.
        vee: whether the neckline is a V rather than round.
        tail: how much lower the hem is in the middle.
    """

    neck: Number = 10.0
    drop: Number = 8.0
    shoulder: Number = 21.0
    chest: Number = 19.5
    waist: Number = 18.5
    hem: Number = 19.5
    length: Number = 83.0
    vee: bool = False
    tail: Number = 1.5

    @property
    def top(self) -> float:
        """Where the shoulder meets the neck."""
        return 15.0

    def neckline(self) -> str:
        """From the middle of the front to the neck, without the first move."""
        low = self.top + self.drop
        if self.vee:
            return f"Q{50 + self.neck * 0.62} {low - self.drop * 0.42} {50 + self.neck} {self.top}"
        reach = 50 + self.neck
        bend = low - self.drop * 0.42
        return f"C{50 + self.neck * 0.55} {low} {reach - 1} {bend} {reach} {self.top}"


def body(sketch: Sketch, block: Block) -> None:
    """Front of a bodice, with the inside of its back seen through the neckline."""
    top, neck, low = block.top, 50 + block.neck, block.top + block.drop + 3
    inside = (
        f"M50 {top + 2.2} Q{50 + block.neck * 0.7} {top + 2} {neck} {top} L{neck} {low} L50 {low}"
    )
    sketch.panel(mirrored(inside), tone=0.62, puff=0.2)
    sketch.panel(front(block))
    for height, lean in ((-0.3, 5.0), (0.22, -2.0)):
        line = outline(
            f"M{50 + block.chest - 2} 42 Q{50 + block.chest * 0.55} 55 "
            f"{50 + block.chest * 0.42 + lean} {block.length - 10}"
        )
        sketch.fold(line, width=5.0, height=height)
        sketch.fold(flipped(line), width=5.0, height=-height)


def front(block: Block) -> Points:
    """The outline of the front."""
    tip, low = block.top + 5.0, block.top + block.drop
    middle = min(59.0, 40 + 0.6 * (block.length - 40))
    return mirrored(
        f"M50 {low} {block.neckline()} L{50 + block.shoulder} {tip}"
        f"C{50 + block.shoulder - 1.8} {tip + 7} {50 + block.chest - 0.4} 34 {50 + block.chest} 40"
        f"C{50 + block.chest - 0.6} {40 + 0.42 * (middle - 40)} "
        f"{50 + block.waist} {middle - 0.32 * (middle - 40)} "
        f"{50 + block.waist} {middle}"
        f"C{50 + block.waist} {middle + 8} {50 + block.hem} "
        f"{block.length - 9} {50 + block.hem} {block.length - 1.2}"
        f"C{50 + block.hem * 0.7} {block.length} {50 + block.hem * 0.35} "
        f"{block.length + block.tail} 50 {block.length + block.tail}"
    )


def short_sleeves(sketch: Sketch, block: Block, *, reach: Number = 43.0) -> None:
    """Sleeves to above the elbow."""
    tip = 50 + block.shoulder
    under = 50 + block.chest
    sketch.pair(
        outline(
            f"M{tip - 2} 19.5 C{tip + 6} 22.5 {tip + 10} 31 {tip + 12.5} {reach - 2}"
            f"L{tip + 2.5} {reach + 3} C{under + 1} {reach} {under} 42 "
            f"{under - 1.5} 40 L{under - 4} 30"
        ),
        lean=-28,
    )
    pair_stitch(sketch, f"M{tip + 11.6} {reach - 4} L{tip + 1.8} {reach + 0.9}")


def long_sleeves(
    sketch: Sketch, block: Block, *, reach: Number = 72.0, cuff: Number = 0.0, full: Number = 0.0
) -> None:
    """Sleeves to the wrist, hanging beside the body; `full` widens them, `cuff` is its height."""
    tip, under = 50 + block.shoulder, 50 + block.chest
    outer, inner = tip + 12.0, tip + 4.0
    sketch.pair(
        outline(
            f"M{tip - 2} 19.3 C{tip + 6 + full} 22 {tip + 9 + full} 38 {outer + full} {reach - 4}"
            f"C{outer + full * 0.6} {reach - 1} {outer} {reach} {outer - 0.6} {reach}"
            f"L{inner - 0.4} {reach + 1.6} C{inner - 0.6 - full * 0.6} "
            f"{reach - 6} {under + 1.5} 52 {under - 1} 40 L{under - 4} 30"
        ),
        lean=-11,
    )
    crease = outline(f"M{tip + 3} 30 Q{tip + 5} 46 {tip + 8} {reach - 5}")
    sketch.fold(crease, width=3.6, height=0.35)
    sketch.fold(flipped(crease), width=3.6, height=0.35)
    if cuff:
        sketch.pair(
            outline(
                f"M{outer + 0.1} {reach - 0.6} L{outer + 0.9} {reach + cuff - 0.8}"
                f"L{inner + 0.2} {reach + cuff + 1} L{inner - 0.8} {reach + 0.9}"
            ),
            lean=-11,
            tone=0.97,
        )


def pair_stitch(sketch: Sketch, path: str) -> None:
    """Stitches along a line and along its mirror image."""
    line = outline(path)
    steps = np.linspace(line[0], line[-1], 26)
    sketch.stitch(steps)
    sketch.stitch(flipped(steps))


def hem_stitch(sketch: Sketch, block: Block, *, above: Number = 2.2) -> None:
    """Stitches above the hem."""
    path = mirrored_line(
        f"M{50 + block.hem} {block.length - 1.2 - above}"
        f"C{50 + block.hem * 0.7} {block.length - above} "
        f"{50 + block.hem * 0.35} {block.length + block.tail - above} 50 "
        f"{block.length + block.tail - above}"
    )
    sketch.stitch(path)


def mirrored_line(path: str) -> Points:
    """A line that runs on beyond the centre line as its own mirror image."""
    half = outline(path)
    return np.concatenate([half, flipped(half)[::-1]])


def neck_rib(sketch: Sketch, block: Block, *, width: Number = 2.6, tone: Number = 0.94) -> None:
    """A knitted band along the neckline."""
    half = outline(f"M50 {block.top + block.drop} {block.neckline()}")
    wider = half + np.stack(
        [np.linspace(0, width, len(half)), np.linspace(width, 1.0, len(half))], 1
    )
    band = np.concatenate([half, wider[::-1]])
    sketch.panel(np.concatenate([band, flipped(band)[::-1]]), tone=tone, puff=0.8)


def buttons(sketch: Sketch, x: Number, heights: np.ndarray, *, size: Number, colour: RGB) -> None:
    """Round buttons in a column."""
    for y in heights.tolist():
        sketch.trim(ellipse((x, y), (size, size)), colour, puff=1.3)
        sketch.seam(np.array([[x - size * 0.3, y], [x + size * 0.3, y]]), width=0.5, depth=0.5)


def shirt_collar(sketch: Sketch, block: Block, *, spread: Number = 9.0) -> None:
    """A stand and two points."""
    top = block.top
    neck = 50 + block.neck
    sketch.panel(
        mirrored(
            f"M50 {top - 2.6} C{neck - 4} {top - 2.6} {neck - 1} {top - 1.5} "
            f"{neck} {top + 1} L{neck - 2} {top + 5} Q50 {top + 3} 50 {top + 3}"
        ),
        tone=0.72,
        puff=0.4,
    )
    sketch.pair(
        outline(
            f"M50.2 {top + block.drop} C{50 + 4} {top + block.drop - 3} "
            f"{neck - 2} {top + 3} {neck - 1.2} {top - 1.6}"
            f"C{neck + 1.6} {top - 0.5} {neck + 2} {top + 2} {neck + 1.6} "
            f"{top + 4.4} L{50 + spread} {top + block.drop + 4.5}"
        ),
        lean=24,
        tone=1.03,
        puff=0.7,
    )


def lapels(sketch: Sketch, block: Block, *, low: Number, width: Number = 9.0) -> None:
    """A notched collar that opens to `low`."""
    top, neck = block.top, 50 + block.neck
    sketch.panel(
        mirrored(
            f"M50 {top - 2.4} L{neck - 1} {top - 2.4} L{neck + 1} {top + 2} "
            f"Q50 {top + 4} 50 {top + 4}"
        ),
        tone=0.74,
        puff=0.5,
    )
    sketch.pair(
        outline(
            f"M50.4 {low} C{50 + width * 0.75} {low - 9} {50 + width + 2.4} "
            f"{top + 17} {50 + width + 4.4} {top + 11.2}"
            f"L{50 + width + 0.4} {top + 9.4} L{neck + 1} {top + 1} L{neck - 2.5} {top + 1}"
            f"C{neck - 4} {top + 10} 53 {low - 8} 50.4 {low}"
        ),
        lean=16,
        tone=1.03,
        puff=0.7,
    )
    sketch.pair(
        outline(
            f"M{neck - 3.4} {top - 2.2} C{neck} {top - 2.2} {neck + 1.8} {top} "
            f"{neck + 2.4} {top + 2.4}"
            f"L{50 + width + 3.6} {top + 7.4} L{50 + width - 0.4} {top + 10.2} "
            f"C{neck - 1} {top + 7} {neck - 3} {top + 3} {neck - 3.4} "
            f"{top - 2.2}"
        ),
        lean=20,
        tone=1.0,
        puff=0.7,
    )
