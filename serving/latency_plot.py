"""A picture of how long calls took: how many of them, over milliseconds on a logarithmic scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from serving.load import LoadResult
from serving.plots import Axis
from serving.templates import page_template

WIDTH, HEIGHT = 640.0, 220.0
NUM_BARS: Final = 64
MARKS: Final = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
ROUND: Final = [digit * 10.0**power for power in range(-4, 6) for digit in (1, 2, 5)]
"""Milliseconds that a tick may stand at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyPlot:
    """Where everything of the picture stands.

    Args:
        bars: closed outline of the counts.
        ticks: places across and what they say.
        marks: places of the quantiles, across, and what they say.
        words: for whoever cannot see it.
    """

    bars: str
    ticks: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, str], ...]
    words: str

    @classmethod
    def of(cls, result: LoadResult) -> "LatencyPlot":
        """From the answered calls, of which there is at least one."""
        times = [1000 * latency for latency in result.latencies_s]
        across = Axis(low=min(times) / 1.05, high=max(times) * 1.05, length=WIDTH, scale="log")
        at = {name: 1000 * result.quantile_s(share) for name, share in MARKS.items()}
        marks = tuple((across.at(value), f"{name} {value:.3g} ms") for name, value in at.items())
        return cls(
            bars=_bars(times, across),
            ticks=tuple(
                (across.at(value), f"{value:g}")
                for value in ROUND
                if across.low <= value <= across.high
            ),
            marks=marks,
            words=f"{len(times):,} calls: " + ", ".join(words for _, words in marks),
        )

    def svg(self, title: str) -> str:
        """The picture as a file of its own."""
        template = page_template("latency.svg.j2", {})
        return template.render(plot=self, title=title, width=WIDTH, height=HEIGHT)


def _bars(times: Sequence[float], across: Axis) -> str:
    edges = np.geomspace(across.low, across.high, NUM_BARS + 1)
    counts, _ = np.histogram(times, edges)
    tops = [round(HEIGHT * (1 - count / counts.max()), 2) for count in counts]
    rights = [across.at(edge) for edge in edges[1:]]
    steps = "".join(f"V{top:g}H{right:g}" for top, right in zip(tops, rights, strict=True))
    return f"M0 {HEIGHT:g}{steps}V{HEIGHT:g}Z"
