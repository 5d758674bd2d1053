"""`outfit generate`: write a synthetic shop."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number


def generate(
    *,
    out: Path,
    items: Annotated[int, Parameter(validator=Number(gte=200))] = 2000,
    outfits: Annotated[int, Parameter(validator=Number(gte=50))] = 3000,
    seed: int = 0,
) -> None:
    """Write a shop of drawn garments, with outfits of a planted taste and questions about them.

    Example: `outfit generate --out shop --items 2000 --outfits 3000 --seed 0`

    Args:
        out: the folder to write; it must be new or empty.
        items: number of items in the catalogue.
        outfits: number of outfits, of which a tenth each are for validation and test.
        seed: the same seed gives the same shop, byte for byte.
    """
    from rich.progress import track

    from data.shop.generator import generate_shop

    drawn = generate_shop(out, num_items=items, num_outfits=outfits, seed=seed)
    for _ in track(drawn, description="drawing items", total=items):
        pass
    _summarise(out)


def _summarise(folder: Path) -> None:
    """Print what the folder holds and how well its own taste answers the questions."""
    import json

    from rich.console import Console
    from rich.table import Table

    report = json.loads((folder / "import.json").read_text("utf-8"))
    table = Table("questions", "number", "planted optimum")
    for name, optimum in report["optimum"].items():
        lines = (folder / "questions" / f"{name}.jsonl").read_text("utf-8").splitlines()
        table.add_row(name, str(len(lines)), f"{optimum:.3f}")
    console = Console()
    console.print(f"{report['items']} items and {report['outfits']} outfits in {folder}")
    console.print(table)
