"""An evaluation report of retrieval or weakest-item questions, for the eyes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table


def ranking_table(report: Mapping[str, Any]) -> Table:
    """Every figure of the model and the controls; of the first, its interval and the gain."""
    table = Table(title=_title(report), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    first, *others = report["figures"]
    short = [name.removeprefix("recall") for name in others]
    for heading in ("scorer", first, "95 %", "model minus it", *short):
        justify: Literal["left", "right"] = "left" if heading == "scorer" else "right"
        table.add_column(heading, justify=justify, no_wrap=heading != "model minus it")
    for name, scorer in {"[bold]model[/bold]": report, **report["controls"]}.items():
        own, gain = scorer["figures"][first], scorer.get("model_minus_control")
        table.add_row(
            name,
            f"{own['figure']:.3f}",
            f"{own['low']:.3f}-{own['high']:.3f}",
            "" if gain is None else f"{gain['figure']:+.3f}",
            *(f"{scorer['figures'][other]['figure']:.3f}" for other in others),
        )
    return table


def _title(report: Mapping[str, Any]) -> str:
    """The file and, of retrieval, the pools and what was told of the target."""
    file = Path(report["file"]).name
    if report["kind"] != "retrieval":
        return f"{file}: weakest item"
    pool = report["pool"]
    size = f" of {pool['size']:,}" if pool["size"] is not None else ""
    return f"{file}: retrieval, {pool['rule']} pools{size}, told {report['wish']}"
