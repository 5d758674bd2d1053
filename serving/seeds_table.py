"""Several bundles on one question file, and the mean over training seeds, for the terminal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from engine.seed_means import question_key
from serving.evaluation_file import Evaluation


def seeds_tables(evaluation: Evaluation) -> list[Table]:
    """A table a question file: every bundle, then the mean of every recipe with several seeds."""
    entries = {bundle["bundle_id"]: bundle for bundle in evaluation.bundles}
    means = evaluation.means()
    tables = []
    for key, reports in evaluation.reports_by_questions(evaluation.bundles).items():
        table = Table(title=file_title(reports[0]), title_justify="left")
        for heading in ("bundle", "model", "seed", "figure", "95 % interval"):
            table.add_column(heading, justify="left" if heading in ("bundle", "model") else "right")
        for report in reports:
            entry = entries[report["bundle_id"]]
            seed = str(entry["seeds"]["training"])
            table.add_row(entry["bundle"], entry["model"], seed, *cells(report["model"]))
        for mean in means:
            if question_key(mean["report"]) == key:
                seeds = " ".join(map(str, mean["training_seeds"]))
                table.add_row("mean", mean["model"], seeds, *cells(mean["report"]["model"]))
        tables.append(table)
    return tables


def seed_notes(evaluation: Evaluation) -> list[str]:
    """The figure of every seed behind a mean, and the verdict on the mean."""
    notes = []
    for mean in evaluation.means():
        report = mean["report"]
        figures = " ".join(f"{figure:.3f}" for figure in report["figures_by_seed"])
        notes += [f"{file_title(report)}: seeds {figures}", report["sentence"], ""]
    return notes


def file_title(report: Mapping[str, Any]) -> str:
    """The question file, what was told of the target, and the metric."""
    told = f", told {report['wish']}" if "wish" in report else ""
    return f"{Path(report['file']).name}{told}: {report['metric']}"


def cells(interval: Mapping[str, float]) -> tuple[str, str]:
    """A figure and its interval, as printed."""
    return f"{interval['figure']:.3f}", f"{interval['low']:.3f} to {interval['high']:.3f}"
