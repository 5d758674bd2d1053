"""Draws a garment as maps of light and cloth, before it has a colour.

A sketch is built from panels of cloth, trims with a colour of their own, seams and folds, back to
front. The maps serve every colour, fabric and pattern in which the garment is sold.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from data.shop.paths import Number, Points, flipped

OVERSAMPLING = 4
LIGHT_FROM = np.array([0.55, 0.8])
"""The lamp is at the upper left: surfaces rising to the right or downwards are lit."""

RGB = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape:
    """A finished sketch: float32 maps [size, size], and the trims' colours [size, size, 3].

    Attributes:
        alpha: how much of the pixel the garment covers.
        cloth: how much of what is covered shows cloth rather than trim.
        tone: factor on brightness: seams and insides are below 1.
        light: signed relief, about -0.5 to 0.5, bright towards the lamp.
        across: coordinate across the weave, in drawing units; `down`: along it.
        trim: colour where trim shows, 0..255.
    """

    alpha: np.ndarray
    cloth: np.ndarray
    tone: np.ndarray
    light: np.ndarray
    across: np.ndarray
    down: np.ndarray
    trim: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patch:
    """A part of the sketch: where it is, how it is covered (0..1), how broad it is in units."""

    window: tuple[slice, slice]
    mask: np.ndarray
    breadth: Number


class Sketch:
    """A drawing in progress; every call lays something over what is there."""

    def __init__(self, size: int) -> None:
        self._size, self._unit = size, size / 100.0
        self._shift, self._slim, self._scale, self._dim = np.zeros(2), np.ones(2), 1.0, 1.0
        grid = (np.arange(size, dtype=np.float32) + 0.5) / np.float32(self._unit)
        self._x, self._y = np.meshgrid(grid, grid)
        self._across, self._down = self._x.copy(), self._y.copy()
        self._alpha, self._cloth, self._light = np.zeros((3, size, size), np.float32)
        self._tone = np.ones((size, size), np.float32)
        self._trim = np.zeros((size, size, 3), np.float32)

    def place(
        self, x: Number, y: Number, *, scale: Number = 1.0, slim: Number = 1.0, dim: Number = 1.0
    ) -> None:
        """Draw what follows moved by (x, y) after scaling about the centre.

        Args:
            x: how far to the right.
            y: how far down.
            scale: factor on height and width.
            slim: one more factor on the width.
            dim: factor on the brightness.
        """
        self._shift, self._scale, self._dim = np.array([x, y]), scale, dim
        self._slim = np.array([slim, 1.0])

    def panel(
        self, shape: Points, *, lean: Number = 0.0, tone: Number = 1.0, puff: Number = 1.0
    ) -> None:
        """Cloth inside an outline.

        Args:
            shape: the outline.
            lean: how far the weave is turned, in degrees clockwise.
            tone: brightness; insides and undersides are darker.
            puff: how strongly the panel bulges.
        """
        patch = self._fill(shape)
        self._weave(patch, lean)
        self._cover(patch, tone, puff)

    def pair(
        self, shape: Points, *, lean: Number = 0.0, tone: Number = 1.0, puff: Number = 1.0
    ) -> None:
        """A panel and its mirror image."""
        self.panel(shape, lean=lean, tone=tone, puff=puff)
        self.panel(flipped(shape), lean=-lean, tone=tone, puff=puff)

    def trim(
        self, shape: Points, colour: RGB, *, puff: Number = 1.0, opacity: Number = 1.0
    ) -> None:
        """A piece inside an outline with a colour of its own: a sole, a button, a lens."""
        patch = self._fill(shape)
        self._paint(patch, colour, opacity)
        self._cover(patch, 1.0, puff)

    def cord(
        self, line: Points, width: Number, colour: RGB | None = None, *, puff: Number = 1.0
    ) -> None:
        """A strap, handle, lace or chain along a line: of cloth, or of a colour of its own."""
        patch = self._stroke(line, width)
        if colour is None:
            self._weave(patch, 0.0)
        else:
            self._paint(patch, colour, 1.0)
        self._cover(patch, 1.0, puff)

    def glint(self, shape: Points, colour: RGB, *, opacity: Number = 0.85) -> None:
        """A reflection inside an outline: a colour that throws no shadow."""
        self._paint(self._fill(shape), colour, opacity)

    def seam(self, line: Points, *, width: Number = 0.5, depth: Number = 0.35) -> None:
        """A thin dark line: a seam, an edge or a crease."""
        self._darken(self._stroke(line, width), depth)

    def stitch(self, line: Points, *, depth: Number = 0.3, colour: RGB | None = None) -> None:
        """A dashed line of stitches, dark, or in a colour of its own."""
        patch = self._stroke(line, 0.55, dashed=True)
        if colour is None:
            self._darken(patch, depth)
        else:
            self._paint(patch, colour, 0.85)

    def fold(self, line: Points, *, width: Number = 4.0, height: Number = 0.5) -> None:
        """A soft ridge along a line; a negative height is a soft valley."""
        patch = self._stroke(line, width, margin=2 * width)
        ridge = self._relief(patch.mask, width * 0.6)
        self._light[patch.window] += np.float32(height) * ridge

    def shade(self, shape: Points, *, depth: Number = 0.2, blur: Number = 3.0) -> None:
        """A soft shadow inside an outline, as one piece of cloth throws on another."""
        patch = self._fill(shape, margin=3 * blur)
        soft = blurred(patch.mask, self._pixels(blur))
        self._darken(Patch(window=patch.window, mask=soft, breadth=patch.breadth), depth)

    def finish(self) -> Shape:
        """The maps of everything drawn."""
        return Shape(
            alpha=self._alpha,
            cloth=self._cloth,
            tone=self._tone,
            light=self._light,
            across=self._across,
            down=self._down,
            trim=self._trim,
        )

    def _weave(self, patch: Patch, lean: Number) -> None:
        """Show cloth, its weave turned by `lean` degrees."""
        where, mask = patch.window, patch.mask
        turn = np.deg2rad(np.float32(lean))
        x, y = self._x[where], self._y[where]
        across, down = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        np.copyto(self._across[where], across, where=mask > 0.5)
        np.copyto(self._down[where], down, where=mask > 0.5)
        self._cloth[where] += mask * (1 - self._cloth[where])

    def _paint(self, patch: Patch, colour: RGB, opacity: Number) -> None:
        """Show a colour in place of cloth."""
        mask = patch.mask * np.float32(opacity)
        self._cloth[patch.window] *= 1 - mask
        self._trim[patch.window] += mask[..., None] * (
            np.array(colour, np.float32) - self._trim[patch.window]
        )

    def _darken(self, patch: Patch, depth: Number) -> None:
        self._tone[patch.window] *= 1 - np.float32(depth) * patch.mask

    def _cover(self, patch: Patch, tone: Number, puff: Number) -> None:
        """Lay a surface over what is there: it throws a shadow, and hides relief and seams."""
        where, mask = patch.window, patch.mask
        broad = float(np.clip(0.22 * patch.breadth, 0.8, 6.0))
        light = 0.5 * self._relief(mask, min(1.2, broad)) + 0.9 * self._relief(mask, broad)
        edge = blurred(mask, self._pixels(min(1.2, broad)))
        self._tone[where] *= 1 - np.float32(0.22) * np.roll(edge, (1, 1), (0, 1))
        self._tone[where] += mask * (np.float32(tone * self._dim) - self._tone[where])
        self._light[where] += mask * (np.float32(puff) * light - self._light[where])
        self._alpha[where] += mask * (1 - self._alpha[where])

    def _relief(self, mask: np.ndarray, radius: Number) -> np.ndarray:
        """How much a surface with soft edges of this radius faces the lamp, about -0.5 to 0.5."""
        down, right = np.gradient(blurred(mask, self._pixels(radius)))
        lit = right * LIGHT_FROM[0] + down * LIGHT_FROM[1]
        return np.asarray(lit * (self._unit * radius), np.float32)

    def _pixels(self, units: Number) -> int:
        return max(1, round(units * self._unit))

    def _fill(self, shape: Points, *, margin: Number = 3.0) -> Patch:
        placed = self._placed(shape)
        window, breadth = self._window(placed, margin)
        image, draw = _paper(window)
        draw.polygon(self._corners(placed, window), fill=255)
        return Patch(window=window, mask=_coverage(image), breadth=breadth)

    def _stroke(
        self, line: Points, width: Number, *, dashed: bool = False, margin: Number = 3.0
    ) -> Patch:
        placed = self._placed(line)
        window, _ = self._window(placed, margin + width)
        image, draw = _paper(window)
        corners = self._corners(placed, window)
        thick = max(1, round(width * self._scale * self._unit * OVERSAMPLING))
        if dashed:
            for start in range(0, len(corners) - 1, 2):
                draw.line(corners[start : start + 2], fill=255, width=thick)
        else:
            draw.line(corners, fill=255, width=thick, joint="curve")
            for x, y in (corners[0], corners[-1]):
                radius = thick / 2
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        return Patch(window=window, mask=_coverage(image), breadth=2 * width)

    def _placed(self, points: Points) -> Points:
        return np.asarray((points - 50.0) * (self._scale * self._slim) + 50.0 + self._shift)

    def _window(self, points: Points, margin: Number) -> tuple[tuple[slice, slice], float]:
        """The pixels around an outline, and the shorter side of its box in units."""
        low, high = points.min(0), points.max(0)
        first = np.floor((low - margin) * self._unit).astype(int).clip(0, self._size - 4)
        last = np.ceil((high + margin) * self._unit).astype(int).clip(first + 4, self._size)
        window = (slice(int(first[1]), int(last[1])), slice(int(first[0]), int(last[0])))
        return window, float((high - low).min())

    def _corners(self, points: Points, window: tuple[slice, slice]) -> list[tuple[float, float]]:
        origin = (window[1].start, window[0].start)
        return [(x, y) for x, y in ((points * self._unit - origin) * OVERSAMPLING).tolist()]


def blurred(values: np.ndarray, radius: int) -> np.ndarray:
    """A map smoothed by three box filters, close to a Gaussian of this radius in pixels.

    Beyond its border the map goes on as it ends there.
    """
    for _ in range(2):  # along the lines, then, turned, along the columns
        for _ in range(3):
            values = _boxed(values, radius)
        values = np.ascontiguousarray(values.T)
    return values


def _boxed(values: np.ndarray, radius: int) -> np.ndarray:
    """The mean over a window of 2 * radius + 1 columns."""
    padded = np.pad(values, ((0, 0), (radius + 1, radius)), mode="edge")
    sums = np.cumsum(padded, axis=1, dtype=np.float64)
    width = 2 * radius + 1
    return ((sums[:, width:] - sums[:, :-width]) / width).astype(np.float32)


def _paper(window: tuple[slice, slice]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    lines, columns = (part.stop - part.start for part in window)
    image = Image.new("L", (columns * OVERSAMPLING, lines * OVERSAMPLING))
    return image, ImageDraw.Draw(image)


def _coverage(image: Image.Image) -> np.ndarray:
    return np.asarray(image.reduce(OVERSAMPLING), np.float32) / np.float32(255)
