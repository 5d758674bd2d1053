"""Two runs on the same questions: the paired bootstrap of their difference, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.errors import InputError
from engine.bootstrap import Interval
from engine.outcome_report import Report
from engine.resampling import resampling_of
from engine.seed_means import mean_outcome

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The runs of one recipe, one a training seed, by what was asked (`question_key`)."""

    name: str
    source: Path
    reports: Mapping[Key, Sequence[Report]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both sides on one question file.

    Args:
        report: of the first run of the first side, for what was asked.
        first: mean of the first side over its seeds.
        second: mean of the second side.
        difference: first minus second, paired.
        seeds: number of runs of each side.
        sentence: the same in plain words.
    """

    report: Report
    first: Interval
    second: Interval
    difference: Interval
    seeds: tuple[int, int]
    sentence: str


def compare(first: Side, second: Side, *, resamples: int, seed: int) -> list[Comparison]:
    """One comparison a question file, in the order of the first side.

    Raises:
        InputError: the sides did not answer the same questions; names the file.
    """
    for key in [*first.reports, *second.reports]:
        _refuse_other_questions(key, first, second)
    return [
        _compare_file(key, first, second, resamples=resamples, seed=seed) for key in first.reports
    ]


def _compare_file(key: Key, first: Side, second: Side, *, resamples: int, seed: int) -> Comparison:
    report = first.reports[key][0]
    resampling = resampling_of(report, resamples=resamples, seed=seed)
    one = mean_outcome(first.name, first.reports[key], resampling)
    other = mean_outcome(second.name, second.reports[key], resampling)
    difference = one.minus(other)
    return Comparison(
        report=report,
        first=one.interval(),
        second=other.interval(),
        difference=difference,
        seeds=(len(first.reports[key]), len(second.reports[key])),
        sentence=_sentence(first.name, second.name, difference),
    )


def _sentence(first: str, second: str, difference: Interval) -> str:
    """Who is better, or that neither is shown to be."""
    gap = (
        f"{first} minus {second} is {difference.figure:+.3f}, 95 % interval "
        f"{difference.low:+.3f} to {difference.high:+.3f}"
    )
    if difference.low > 0:
        return f"{first} beats {second}: {gap}."
    if difference.high < 0:
        return f"{second} beats {first}: {gap}."
    return f"Neither is shown to beat the other: {gap}."


def _refuse_other_questions(key: Key, first: Side, second: Side) -> None:
    """Raise unless both sides answered the questions of this key, all of them."""
    sides = (first, second)
    for side, other in (sides, sides[::-1]):
        if key not in side.reports:
            report = other.reports[key][0]
            raise InputError(
                expected=f"the questions of {other.source}, {_asked(report)}",
                got=_nearest(report, side),
                file=side.source,
            )
    report, *others = [each for side in sides for each in side.reports[key]]
    for each in others:
        if each["questions"] != report["questions"] or each.get("labels") != report.get("labels"):
            raise InputError(
                expected=f"the same questions of {_asked(report)} in both",
                got=f"{report['questions']} and {each['questions']}; the datasets differ",
                file=second.source,
            )


def _asked(report: Report) -> str:
    wish = f", told {report['wish']}" if "wish" in report else ""
    return f"{report['file']} (sha256 {report['sha256'][:12]}{wish})"


def _nearest(report: Report, side: Side) -> str:
    """What the side has instead: a file of the same name, or none."""
    for reports in side.reports.values():
        if reports[0]["kind"] == report["kind"] and reports[0]["name"] == report["name"]:
            return f"another file of that name or other pools, {_asked(reports[0])}"
    return "no report on them"
