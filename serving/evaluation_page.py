"""The evaluation page: every figure of one or several evaluations, on one page without a server.

It holds no scripts and no addresses; pictures are part of it, so it opens, travels and prints.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from serving.page_examples import Example
from serving.plots import Axis, Distribution, RecallPlot, Reliability
from serving.templates import page_template

TEMPLATES: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A scorer's row: figure and interval, where they stand on the track, and what leads it by.

    Args:
        label: of the scorer.
        kind: `model`, `control`, or `leak` for the control that reads identifiers.
        note: beneath the label, such as the number of seeds.
        figure: with `low` and `high`, its interval.
        seeds: the figure of every training seed, where there are several.
        lead: of the leading model over it, as figure, low and high; none for models.
    """

    label: str
    kind: str
    note: str
    figure: float
    low: float
    high: float
    seeds: tuple[float, ...] = ()
    lead: tuple[float, float, float] | None = None

    @property
    def unbeaten(self) -> bool:
        """Whether the leading model is not shown to be better."""
        return self.lead is not None and self.lead[1] <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """All models and controls on one question file, each kind from best to worst."""

    marks: tuple[Mark, ...]
    leader: str
    chance: float
    axis: Axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a model's figure is worth, in words."""

    where: str
    sentence: str
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    """Accuracy where the answer is of one category."""

    category: str
    questions: int
    figure: float
    low: float
    high: float
    best_control: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure of the model with its interval and what it means."""

    name: str
    value: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One run seen closely; what the report does not tell is absent."""

    label: str
    facts: tuple[Fact, ...]
    best_control: str
    categories: tuple[CategoryRow, ...]
    rare: int
    reliability: Reliability | None
    distribution: Distribution | None
    recall: RecallPlot | None
    best: tuple[Example, ...]
    worst: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One question file."""

    anchor: str
    title: str
    file: str
    metric: str
    notes: tuple[str, ...]
    ladder: Ladder
    verdicts: tuple[Verdict, ...]
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPage:
    """All that the page shows, in its order.

    Args:
        bundles: folder, id, model and training seed of every bundle.
        commands: that made the evaluations.
    """

    headline: str
    facts: Mapping[str, str]
    sections: tuple[Section, ...]
    bundles: Sequence[Mapping[str, Any]]
    commands: tuple[str, ...]

    @property
    def verdicts(self) -> list[Verdict]:
        """Those of all sections, in their order."""
        return [verdict for section in self.sections for verdict in section.verdicts]


def render(page: EvaluationPage) -> str:
    """The page as HTML; the same evaluations give the same bytes."""
    filters = {"percent": percent, "signed": signed}
    return page_template("evaluation.html.j2", filters).render(page=page)


def percent(position: float) -> str:
    """A position on a track of length 100, for a style sheet."""
    return f"{position:.2f}%"


def signed(value: float) -> str:
    """A number with three decimals and a sign, typeset: a true minus."""
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")
