"""Run the benchmarks, all or those named: `python -m benchmarks [training]`."""

import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import torch

from benchmarks import encoders, training, updates
from benchmarks.row import Row

PROGRAMS: dict[str, Callable[[], Iterator[Row]]] = {
    "encoders": encoders.rows,
    "training": training.rows,
    "updates": updates.rows,
}
LATEST = Path(__file__).parent / "latest.json"


def main(names: list[str]) -> int:
    """Measure, print a table, write latest.json; 2 where a name is unknown."""
    unknown = sorted(set(names) - PROGRAMS.keys())
    if unknown:
        print(f"expected any of {', '.join(PROGRAMS)}, got {', '.join(unknown)}")
        return 2
    before = machine()
    print(", ".join(f"{key} {value}" for key, value in before.items()))
    print(f"{'name':<32}{'value':>10} {'unit':<12}{'ratio':>7}{'bar':>7}  ok   ratio to")
    measured = []
    for name in names or PROGRAMS:
        for row in PROGRAMS[name]():
            measured.append(row)
            print(
                f"{row.name:<32}{row.value:>10.1f} {row.unit:<12}{row.ratio:>7.2f}{row.bar:>7g}"
                f"  {'yes' if row.ok else 'NO':<4} {row.reference}",
                flush=True,
            )
    rows = [{**asdict(row), "ok": row.ok} for row in measured]
    LATEST.write_text(json.dumps({"machine": before, "rows": rows}, indent=2) + "\n")
    return 0


def machine() -> dict[str, str | int | float]:
    """What this ran on, and how busy it was before."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count() or 0,
        "threads": torch.get_num_threads(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
