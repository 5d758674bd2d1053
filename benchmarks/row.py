"""One line of the benchmark table."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measured value, its ratio to a reference of the same run, and the value to reach.

    Args:
        ratio: value over reference; above one is better than the reference, where more is better.
        reference: what the reference is, in words.
        bar: the least that is good enough on 2 idle cores, in `unit`; the most, where less is
            better.
        better: whether more is better, or less.
    """

    name: str
    value: float
    unit: str
    ratio: float
    reference: str
    bar: float
    better: Literal["more", "less"] = "more"

    @property
    def ok(self) -> bool:
        """True where the value reaches the bar."""
        return self.value >= self.bar if self.better == "more" else self.value <= self.bar


def rate(work: Callable[[], object], count: int, *, repeats: int = 3) -> float:
    """Things a second, the best of some repeats; `work` does `count` things."""
    seconds: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return count / min(seconds)
