"""Evaluations bound into a page: what of them is shown, and where."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from engine.seed_means import mean_report
from engine.verdict import LEAK_DETECTOR
from serving.evaluation_file import Evaluation, seeds_name
from serving.evaluation_page import (
    CategoryRow,
    EvaluationPage,
    Fact,
    Ladder,
    Look,
    Mark,
    Section,
    Verdict,
)
from serving.page_examples import Wardrobe, examples_of
from serving.plots import Distribution, RecallPlot, Reliability, axis_over

TITLES: Final = {
    "fitb": "Fill in the blank",
    "compatibility": "Compatibility",
    "retrieval": "Retrieval",
    "weakest": "The weakest item",
}
METRICS: Final = {
    "fitb": "accuracy",
    "compatibility": "area under the ROC curve",
    "retrieval": "recall within ten",
    "weakest": "how often the odd item is named",
}
CATEGORIES: Final = 14
MIN_QUESTIONS: Final = 5
FACTS: Final = {
    "pairwise_win_rate": ("pairwise win rate", "pairs in which the positive scores higher"),
    "ece_equal_width": ("calibration error", "ECE over 15 bins of equal width"),
    "ece_equal_mass": ("calibration error, equal mass", "ECE over 15 bins of as many questions"),
    "log_loss": ("log loss", "in nats; always saying one half costs 0.693"),
}

Reports = Sequence[dict[str, Any]]


def bind(evaluation: Evaluation, data: Path) -> EvaluationPage:
    """A page of all bundles of an evaluation; titles and pictures come from the dataset `data`."""
    wardrobe = Wardrobe(data)
    asked = list(evaluation.reports_by_questions(evaluation.bundles).values())
    sections = tuple(
        _section(evaluation, reports, wardrobe, anchor=f"s{number}")
        for number, reports in enumerate(asked, start=1)
    )
    questions = sum(reports[0]["questions"] for reports in asked)
    return EvaluationPage(
        headline=_headline(sections),
        facts=dict(
            (
                _counted(len(sections), "question file"),
                _counted(questions, "question"),
                _counted(len(evaluation.recipes()), "model"),
                _counted(len(evaluation.bundles), "bundle"),
            )
        ),
        sections=sections,
        bundles=evaluation.bundles,
        commands=tuple(evaluation.command.split("\n")),
    )


def _counted(number: int, word: str) -> tuple[str, str]:
    """The word, in the plural but for one, and the number."""
    return word if number == 1 else f"{word}s", f"{number:,}"


def _headline(sections: Sequence[Section]) -> str:
    """On how many files the best model beats its controls, in words."""
    leaders = {section.ladder.leader for section in sections}
    model = leaders.pop() if len(leaders) == 1 else "The best model"
    won = sum(
        not any(mark.unbeaten for mark in section.ladder.marks if mark.kind == "control")
        for section in sections
    )
    if won == len(sections):
        return f"{model} beats every honest control"
    if not won:
        return f"{model} does not beat its controls"
    return f"{model} beats its controls on {won} of {len(sections)} files"


def _section(
    evaluation: Evaluation, reports: Reports, wardrobe: Wardrobe, *, anchor: str
) -> Section:
    by_recipe = {
        recipe: [each for each in reports if each["bundle_id"] in ids]
        for recipe, ids in _ids_by_recipe(evaluation).items()
    }
    runs = {recipe: runs for recipe, runs in by_recipe.items() if runs}
    labels = labels_of(evaluation)
    means = {
        recipe: mean_report(
            seeds_name(labels[recipe], len(of)),
            of,
            resamples=evaluation.resamples,
            seed=evaluation.seed,
        )
        for recipe, of in runs.items()
    }
    first = reports[0]
    title = TITLES[first["kind"]]
    return Section(
        anchor=anchor,
        title=f"{title}, told {first['wish']}" if "wish" in first else title,
        file=Path(first["file"]).name,
        metric=METRICS[first["kind"]],
        notes=_notes(first),
        ladder=_ladder(means, labels),
        verdicts=tuple(
            Verdict(
                where=f"{title}, {Path(first['file']).stem}",
                sentence=mean["sentence"],
                good=mean["beats_every_blind_control"],
            )
            for mean in means.values()
        ),
        looks=tuple(_look(of[0], labels[recipe], wardrobe) for recipe, of in runs.items()),
    )


def labels_of(evaluation: Evaluation) -> dict[str, str]:
    """The model of every recipe, with its folder where several recipes train one model."""
    recipes = evaluation.recipes()
    models = [bundles[0]["model"] for bundles in recipes.values()]
    return {
        recipe: bundles[0]["model"]
        if models.count(bundles[0]["model"]) == 1
        else f"{bundles[0]['model']} of {Path(bundles[0]['bundle']).name}"
        for recipe, bundles in recipes.items()
    }


def _ids_by_recipe(evaluation: Evaluation) -> dict[str, set[str]]:
    return {
        recipe: {bundle["bundle_id"] for bundle in bundles}
        for recipe, bundles in evaluation.recipes().items()
    }


def _notes(report: Mapping[str, Any]) -> tuple[str, ...]:
    """What was asked, what was left out, what training has seen."""
    notes = [f"{report['questions']:,} questions"]
    notes += [f"{number:,} dropped: {why}" for why, number in report["dropped"].items()]
    if "pool" in report:
        pool = report["pool"]
        size = f" of {pool['size']:,}" if pool["size"] is not None else ""
        notes.append(f"{pool['rule']} pools{size}")
    overlap = report["training_overlap"]
    if overlap["seen"] or overlap["groups_seen"]:
        notes.append(f"{overlap['share']:.0%} of the items stood in training outfits")
    return tuple(notes)


def _ladder(means: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str]) -> Ladder:
    """Models first, then controls; leads are those of the best model."""
    ranked = sorted(means, key=lambda recipe: -means[recipe]["model"]["figure"])
    best = means[ranked[0]]
    models = [_model_mark(means[recipe], labels[recipe]) for recipe in ranked]
    controls = [_control_mark(name, control) for name, control in best["controls"].items()]
    controls.sort(key=lambda mark: (mark.kind == "leak", -mark.figure))
    chance = best["controls"]["constant"]["figure"]
    marks = (*models, *controls)
    ends = [chance, *(end for mark in marks for end in (mark.low, mark.high, *mark.seeds))]
    return Ladder(marks=marks, leader=labels[ranked[0]], chance=chance, axis=axis_over(ends, 100.0))


def _model_mark(mean: Mapping[str, Any], label: str) -> Mark:
    seeds = mean["figures_by_seed"]
    return Mark(
        label=label,
        kind="model",
        note=f"mean of {len(seeds)} seeds" if len(seeds) > 1 else "",
        seeds=tuple(seeds) if len(seeds) > 1 else (),
        **mean["model"],
    )


def _control_mark(name: str, control: Mapping[str, Any]) -> Mark:
    gain = control["model_minus_control"]
    return Mark(
        label=name.replace("_", " "),
        kind="leak" if name == LEAK_DETECTOR else "control",
        note="reads the identifiers" if name == LEAK_DETECTOR else "",
        figure=control["figure"],
        low=control["low"],
        high=control["high"],
        lead=(gain["figure"], gain["low"], gain["high"]),
    )


def _look(report: Mapping[str, Any], label: str, wardrobe: Wardrobe) -> Look:
    parts = report.get("by_category", [])
    shown = [part for part in parts if part["questions"] >= MIN_QUESTIONS][:CATEGORIES]
    calibration = report.get("calibration")
    histogram = report.get("score_histogram")
    return Look(
        label=label,
        facts=_facts(report),
        best_control=report["best_control"].replace("_", " "),
        categories=tuple(CategoryRow(**part) for part in shown),
        rare=len(parts) - len(shown),
        reliability=Reliability.of(calibration["bins"]) if calibration else None,
        distribution=Distribution.of(histogram) if histogram else None,
        recall=RecallPlot.of(report, label) if "recall_curve" in report else None,
        best=examples_of(report.get("best", ()), wardrobe),
        worst=examples_of(report.get("worst", ()), wardrobe),
    )


def _facts(report: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Figures beside the main one, each with its interval."""
    told = {**report, **report.get("calibration", {})}
    facts = [
        Fact(name=name, value=_bracketed(told[key]), words=words)
        for key, (name, words) in FACTS.items()
        if key in told
    ]
    if "brier" in told:
        words = f"always saying the base rate scores {told['brier_of_base_rate']:.3f}"
        facts.append(Fact(name="Brier score", value=_bracketed(told["brier"]), words=words))
    others = [name for name in report.get("figures", {}) if name != report["metric"]]
    facts += [
        Fact(name=name, value=_bracketed(report["figures"][name]), words="") for name in others
    ]
    return tuple(facts)


def _bracketed(figure: Mapping[str, float]) -> str:
    return f"{figure['figure']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"
