"""Where the marks of a plot stand: numbers to positions, and positions to SVG paths.

The page's template draws what is laid out here, in the colours of its style sheet.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

WIDTH, HEIGHT = 320.0, 220.0
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
MAX_TICKS = 6
LARGEST_DOT = 9.0
LINE = 13.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A range of numbers over `length` units, from `low` at 0 to `high` at the end."""

    low: float
    high: float
    length: float
    scale: Literal["linear", "log"] = "linear"

    def at(self, value: float) -> float:
        """Position of a number; one outside the range stands at the nearer end."""
        inside = min(max(value, self.low), self.high)
        if self.scale == "log":
            share = math.log(inside / self.low) / math.log(self.high / self.low)
        else:
            share = (inside - self.low) / (self.high - self.low)
        return round(share * self.length, 2)

    def ticks(self) -> list[float]:
        """Round numbers within the range, at most seven of them."""
        span = self.high - self.low
        step = next((each for each in STEPS if span / each <= MAX_TICKS), span / MAX_TICKS)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(number * step, 6) for number in range(first, last + 1)]


def axis_over(values: Sequence[float], length: float) -> Axis:
    """From a round number at or below the lowest value to one at or above the highest."""
    span = max(max(values) - min(values), STEPS[0])
    step = next((each for each in STEPS if span / each <= MAX_TICKS), 1.0)
    low, high = math.floor(min(values) / step + 1e-9), math.ceil(max(values) / step - 1e-9)
    return Axis(low=low * step, high=max(high, low + 1) * step, length=length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A point of a plot with its radius and what it says."""

    x: float
    y: float
    radius: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Probabilities that were said against how often they came true."""

    dots: tuple[Dot, ...]
    path: str
    words: str

    @classmethod
    def of(cls, bins: Sequence[Mapping[str, Any]]) -> "Reliability":
        """From the bins of a calibration report; the area of a dot is its number of questions."""
        side = Axis(low=0.0, high=1.0, length=HEIGHT)
        most = max(part["questions"] for part in bins)
        dots = tuple(
            Dot(
                x=side.at(part["mean_probability"]),
                y=round(HEIGHT - side.at(part["positive_rate"]), 2),
                radius=round(max(LARGEST_DOT * math.sqrt(part["questions"] / most), 1.5), 2),
                words=f"said {part['mean_probability']:.2f}, came true {part['positive_rate']:.2f} "
                f"of {part['questions']:,} times",
            )
            for part in bins
        )
        return cls(
            dots=dots,
            path=line((dot.x, dot.y) for dot in dots),
            words="; ".join(dot.words for dot in dots),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Scores of positives above the middle line, those of negatives below it."""

    positives: str
    negatives: str
    low: str
    high: str
    words: str

    @classmethod
    def of(cls, histogram: Mapping[str, Any]) -> "Distribution":
        """From the histogram of a report; both sides are shares, so that each fills one half."""
        edges = histogram["edges"]
        across = Axis(low=edges[0], high=edges[-1], length=WIDTH)
        shares = [_shares(histogram[side]) for side in ("positives", "negatives")]
        highest = max(map(max, shares))
        up, down = (
            _steps([across.at(edge) for edge in edges], [share / highest for share in side], sign)
            for side, sign in zip(shares, (-1, 1), strict=True)
        )
        means = [_middle(edges, side) for side in shares]
        return cls(
            positives=up,
            negatives=down,
            low=f"{edges[0]:.1f}",
            high=f"{edges[-1]:.1f}",
            words=f"Scores from {edges[0]:.2f} to {edges[-1]:.2f}; positives lie around "
            f"{means[0]:.2f}, negatives around {means[1]:.2f}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One line of a recall plot."""

    name: str
    kind: Literal["model", "control", "chance"]
    path: str
    label_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallPlot:
    """Recall against how many items are looked at, on a logarithmic scale."""

    curves: tuple[Curve, ...]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    words: str

    @classmethod
    def of(cls, report: Mapping[str, Any], name: str) -> "RecallPlot":
        """The model, its best control, and what a constant scorer finds."""
        drawn: dict[str, tuple[Literal["model", "control", "chance"], Mapping[str, float]]] = {
            name: ("model", report["recall_curve"]),
            report["best_control"].replace("_", " "): (
                "control",
                report["controls"][report["best_control"]]["recall_curve"],
            ),
            "constant": ("chance", report["controls"]["constant"]["recall_curve"]),
        }
        cuts = [int(k) for k in report["recall_curve"]]
        across = Axis(low=float(cuts[0]), high=float(cuts[-1]), length=WIDTH, scale="log")
        up = axis_over([0.0, *(max(curve.values()) for _, curve in drawn.values())], HEIGHT)
        heights = _apart([HEIGHT - up.at(list(curve.values())[-1]) for _, curve in drawn.values()])
        curves = tuple(
            Curve(
                name=label,
                kind=kind,
                path=line(
                    (across.at(float(k)), HEIGHT - up.at(recall)) for k, recall in curve.items()
                ),
                label_y=height,
            )
            for (label, (kind, curve)), height in zip(drawn.items(), heights, strict=True)
        )
        return cls(
            curves=curves,
            across=tuple((across.at(float(k)), f"{k:,}") for k in cuts if str(k).strip("0") == "1"),
            up=tuple((round(HEIGHT - up.at(tick), 2), f"{tick:g}") for tick in up.ticks()),
            words="; ".join(
                f"{label}: {curve['10']:.3f} within 10, {curve['100']:.3f} within 100"
                for label, (_, curve) in drawn.items()
            ),
        )


def line(points: Iterable[tuple[float, float]]) -> str:
    """An SVG path through the points."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [count / total for count in counts]


def _steps(edges: Sequence[float], heights: Sequence[float], sign: int) -> str:
    """A closed outline of bars that stand on the middle line, up for -1 and down for 1."""
    middle = HEIGHT / 2
    tops = [round(middle + sign * height * (middle - 6), 2) for height in heights]
    pairs = zip(edges, edges[1:], tops, strict=False)
    bars = "".join(f"L{left:g} {top:g}H{right:g}" for left, right, top in pairs)
    return f"M{edges[0]:g} {middle:g}{bars}V{middle:g}Z"


def _middle(edges: Sequence[float], shares: Sequence[float]) -> float:
    """Mean of the bins' centres."""
    return sum(
        share * (left + right) / 2
        for share, left, right in zip(shares, edges, edges[1:], strict=False)
    )


def _apart(heights: Sequence[float]) -> list[float]:
    """Heights for labels, none nearer to another than a line; the highest stays where it is."""
    placed = dict.fromkeys(range(len(heights)), 0.0)
    free = -math.inf
    for at in sorted(placed, key=lambda at: heights[at]):
        placed[at] = round(max(heights[at] + 4, free), 2)
        free = placed[at] + LINE
    return list(placed.values())
