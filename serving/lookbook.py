"""The lookbook: questions that a server was asked, with its answers, on one page without a server.

Pictures are part of the page, and it holds no scripts and no addresses, so it opens anywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving.garment import Garment
from serving.templates import page_template

SHORTEST_BAR = 0.04
TITLES = {
    "fitb_test": "Fill in the blank",
    "fitb_third_order": "Rules of three garments",
    "compatibility_test": "Compatibility",
}
METRICS = {"auc": "area under the ROC curve"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedOutfit:
    """An outfit and its score; `exchanged` marks the garments that were put in to spoil it."""

    garments: tuple[Garment, ...]
    exchanged: tuple[bool, ...]
    logit: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """An outfit of the shop beside the same one, spoilt."""

    kept: JudgedOutfit
    spoilt: JudgedOutfit


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A garment among the answers.

    Args:
        score: logit or similarity; higher is better.
        bar: how long its bar is, from 0 to 1.
        right: whether the shop's own taste chose it.
    """

    garment: Garment
    score: float
    bar: float
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """An outfit that lacks one garment, and the candidates, best first."""

    context: tuple[Garment, ...]
    wanted: str
    ranked: tuple[Ranked, ...]
    third_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What completes an outfit in one slot, best first, and the vector that found it.

    Args:
        wanted: the slot.
        text: the wish in words; empty where there is none.
        chance: the share of the slot that suits the outfit, which answers drawn blindly reach.
    """

    wanted: str
    text: str
    vector: tuple[float, ...]
    chance: float
    ranked: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A partial outfit and a shelf for each slot that it lacks."""

    context: tuple[Garment, ...]
    shelves: tuple[Shelf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The figure that one scorer reached, with its 95 % interval."""

    scorer: str
    figure: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """One question file: the model, the controls from best to worst, the verdict in words."""

    name: str
    title: str
    metric: str
    questions: int
    chance: float
    model: Mark
    controls: tuple[Mark, ...]
    sentence: str

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> "Exam":
        """An exam from the report of one file; chance is what the constant control reaches."""
        controls = [_mark(name, figures) for name, figures in report["controls"].items()]
        name = Path(report["file"]).stem
        return cls(
            name=name,
            title=TITLES.get(name, name),
            metric=METRICS.get(report["metric"], report["metric"]),
            questions=report["questions"],
            chance=report["controls"]["constant"]["figure"],
            model=_mark("model", report["model"]),
            controls=tuple(sorted(controls, key=lambda mark: -mark.figure)),
            sentence=report["sentence"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookbook:
    """All that the page shows, in its order.

    Args:
        command: what made it.
        facts: short labels and their values, for the head of the page.
        cover: the garments of the picture at its head.
    """

    command: str
    model: str
    bundle_id: str
    facts: Mapping[str, str]
    cover: tuple[Garment, ...]
    pairings: tuple[Pairing, ...]
    blanks: tuple[Blank, ...]
    completions: tuple[Completion, ...]
    exams: tuple[Exam, ...]


def render(lookbook: Lookbook) -> str:
    """The page as HTML; the same lookbook gives the same bytes."""
    filters = {"signed": signed, "stripes": stripes}
    return page_template("lookbook.html.j2", filters).render(book=lookbook)


def signed(value: float) -> str:
    """A number with two decimals and a sign, typeset: a true minus."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def stripes(vector: Sequence[float]) -> list[tuple[float, str]]:
    """SVG paths of a vector, a stripe a number: one path a shade, as opacity and path."""
    strongest = max(map(abs, vector), default=0.0) or 1.0
    shades: dict[float, list[str]] = {}
    for place, value in enumerate(vector):
        shades.setdefault(round(abs(value) / strongest, 1), []).append(f"M{place}.5 0v1")
    return [(shade, "".join(paths)) for shade, paths in sorted(shades.items()) if shade]


def bars(scores: Sequence[float]) -> list[float]:
    """Lengths from `SHORTEST_BAR` for the lowest score to 1 for the highest; all 1 when equal."""
    low, high = min(scores), max(scores)
    if high == low:
        return [1.0] * len(scores)
    return [SHORTEST_BAR + (1 - SHORTEST_BAR) * (score - low) / (high - low) for score in scores]


def _mark(scorer: str, figures: Mapping[str, float]) -> Mark:
    return Mark(
        scorer=scorer.replace("_", " "),
        figure=figures["figure"],
        low=figures["low"],
        high=figures["high"],
    )
