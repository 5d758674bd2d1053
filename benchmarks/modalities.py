"""Quality by what is known of items: `python -m benchmarks.modalities BUNDLE --data D --cp F`.

Every part of every item is hidden in turn, shown alone, and all are hidden; what a shop without
pictures or titles can expect of a bundle stands in its row.
"""

import sys
from pathlib import Path

from cyclopts import App

from benchmarks.__main__ import machine
from data.dataset import Dataset
from engine.modality_table import modality_table

app = App(name="modalities", help=__doc__)


@app.default
def main(
    bundle: Path,
    *,
    data: Path,
    fitb: list[Path] | None = None,
    cp: list[Path] | None = None,
) -> None:
    """Print a table: one line a question file and set of parts that is shown.

    Args:
        bundle: what `outfit train` wrote.
        data: the dataset folder whose items the questions name.
        fitb: fill-in-the-blank file; may be repeated.
        cp: compatibility file; may be repeated.
    """
    print(", ".join(f"{key} {value}" for key, value in machine().items()))
    table = modality_table(bundle, Dataset.load(data), fitb=fitb or (), compatibility=cp or ())
    files = sorted({row.file for row in table})
    for file in files:
        rows = [row for row in table if row.file == file]
        names = list(rows[0].figures)
        print(f"\n{file}\n{'shown':<44}" + "".join(f"{name:>12}" for name in names))
        for row in rows:
            shown = ", ".join(row.shown) or "nothing"
            print(f"{shown:<44}" + "".join(f"{row.figures[name]:>12.3f}" for name in names))


if __name__ == "__main__":
    app(sys.argv[1:])
