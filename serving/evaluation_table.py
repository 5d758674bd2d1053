"""An evaluation report of one question file, for the eyes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table


def evaluation_table(report: Mapping[str, Any]) -> Table:
    """The model and every control: figure, interval, how far the model is above."""
    table = Table(title=f"{Path(report['file']).name}: {report['metric']}", title_justify="left")
    for heading in ("scorer", "figure", "95 % interval", "model minus it"):
        table.add_column(heading, justify="left" if heading == "scorer" else "right")
    table.add_row("[bold]model[/bold]", *_cells(report["model"]), "")
    for name, control in report["controls"].items():
        gain = control["model_minus_control"]
        table.add_row(name, *_cells(control), f"{gain['figure']:+.3f}")
    return table


def evaluation_notes(report: Mapping[str, Any]) -> list[str]:
    """What the table does not say: questions used and dropped, overlap, the verdict."""
    reasons = ", ".join(f"{number} {reason}" for reason, number in report["dropped"].items())
    overlap = report["training_overlap"]
    notes = [f"{report['questions']:,} questions; dropped: {reasons or 'none'}"]
    if overlap["seen"] or overlap["groups_seen"]:
        notes.append(
            f"warning: {overlap['seen']:,} of the {overlap['items']:,} items "
            f"({overlap['share']:.0%}) and {overlap['groups_seen']:,} of the "
            f"{overlap['groups']:,} groups stood in training outfits; figures may flatter the model"
        )
    return [*notes, *_compatibility_notes(report), report["sentence"], ""]


def _compatibility_notes(report: Mapping[str, Any]) -> list[str]:
    """Win rate and calibration of compatibility questions, each where there is one."""
    notes = []
    if "pairing" in report:
        won = report.get("pairwise_win_rate")
        notes.append(
            f"pairwise win rate {_bracketed(won)} ({report['pairing']})"
            if won
            else f"no pairwise win rate: {report['pairing']}"
        )
    if "calibration" in report:
        said = report["calibration"]
        notes.append(
            f"probabilities: ECE {_bracketed(said['ece_equal_width'])}, of equal mass "
            f"{_bracketed(said['ece_equal_mass'])}, Brier {_bracketed(said['brier'])} "
            f"(base rate {said['brier_of_base_rate']:.3f}), log loss "
            f"{_bracketed(said['log_loss'])}"
        )
    return notes


def _bracketed(interval: Mapping[str, float]) -> str:
    return f"{interval['figure']:.3f} [{interval['low']:.3f}, {interval['high']:.3f}]"


def _cells(interval: Mapping[str, float]) -> tuple[str, str]:
    return f"{interval['figure']:.3f}", f"{interval['low']:.3f} to {interval['high']:.3f}"
