"""Run the benchmarks, all or those named: `python -m benchmarks [training] [--seconds 60]`."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import torch

from benchmarks import encoders, serving, training, updates
from benchmarks.row import Row
from engine.commit import commit
from engine.recipes import RECIPES

PROGRAMS: dict[str, Callable[[], Iterator[Row]]] = {
    "encoders": encoders.rows,
    "serving": serving.rows,
    "training": training.rows,
    "updates": updates.rows,
}
LATEST = Path(__file__).parent / "latest.json"


def main(arguments: list[str]) -> int:
    """Measure, print a table, write latest.json; 2 where a name is unknown."""
    asked = _parser().parse_args(arguments)
    served = partial(serving.rows, asked.seconds, asked.items, asked.model)
    programs = PROGRAMS | {"serving": served}
    unknown = sorted(set(asked.names) - programs.keys())
    if unknown:
        print(f"expected any of {', '.join(programs)}, got {', '.join(unknown)}")
        return 2
    before, command = machine(), " ".join(["python -m benchmarks", *arguments])
    print(command)
    print(", ".join(f"{key} {value}" for key, value in before.items()))
    print(f"{'name':<32}{'value':>10} {'unit':<12}{'ratio':>7}{'bar':>8}  ok   ratio to")
    measured = []
    for name in asked.names or programs:
        for row in programs[name]():
            measured.append(row)
            print(
                f"{row.name:<32}{row.value:>10.1f} {row.unit:<12}{row.ratio:>7.2f}{row.bar:>8.6g}"
                f"  {'yes' if row.ok else 'NO':<4} {row.reference}",
                flush=True,
            )
    rows = [{**asdict(row), "ok": row.ok} for row in measured]
    LATEST.write_text(
        json.dumps({"command": command, "machine": before, "rows": rows}, indent=2) + "\n"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", help=f"any of {', '.join(PROGRAMS)}; all by default")
    seconds = (
        "seconds of each load on the server, and as many on the echo beside it; by default "
        f"{serving.SECONDS:.0f}, and {serving.CROWD_SECONDS:.0f} for {serving.CROWD} callers"
    )
    parser.add_argument("--seconds", type=float, help=seconds)
    items = "items of the catalogue that is served"
    parser.add_argument("--items", type=int, default=serving.NUM_ITEMS, help=items)
    parser.add_argument("--model", choices=RECIPES, default=serving.MODEL, help="that is served")
    return parser


def machine() -> dict[str, str | int | float]:
    """What ran, on what, and how busy that was before."""
    return {
        "commit": commit() or "unknown",
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count() or 0,
        "threads": torch.get_num_threads(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
