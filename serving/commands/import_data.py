"""`outfit import`: a release or a shop's tables, made into a dataset folder."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from cyclopts import App

if TYPE_CHECKING:
    from data.imported import Imported

SHOWN: Final = 6

app = App(
    name="import",
    help="Make a dataset folder from a published release or from a shop's own tables.",
)


@app.command
def maryland(folder: Path, *, out: Path, replace: bool = False) -> None:
    """Import the Maryland Polyvore release from its official files.

    Example: `outfit import maryland maryland-polyvore --out data/maryland`

    Args:
        folder: holds any of train_no_dup.json, valid_no_dup.json and test_no_dup.json, and
            category_id.txt.
        out: the dataset folder to write; it appears whole or not at all.
        replace: write it in the place of one that holds something.
    """
    from data.maryland import read_maryland

    _import(lambda: read_maryland(folder), out, replace=replace)


@app.command(name="polyvore-outfits")
def polyvore_outfits(folder: Path, *, out: Path, replace: bool = False) -> None:
    """Import the Polyvore Outfits release from its official files.

    Example: `outfit import polyvore-outfits polyvore_outfits/disjoint --out data/disjoint`

    Args:
        folder: holds any of train.json, valid.json and test.json; polyvore_item_metadata.json and
            categories.csv lie in it or in the folder above.
        out: the dataset folder to write; it appears whole or not at all.
        replace: write it in the place of one that holds something.
    """
    from data.polyvore_outfits import read_polyvore_outfits

    _import(lambda: read_polyvore_outfits(folder), out, replace=replace)


@app.command
def tables(
    *,
    items: Path,
    outfits: Path,
    out: Path,
    images: Path | None = None,
    split: Literal["train", "valid", "test"] | None = None,
    replace: bool = False,
) -> None:
    """Import a shop's own tables: CSV, JSON lines or Parquet, by their suffix.

    Example: `outfit import tables --items items.csv --outfits outfits.csv --images pics --out shop`

    Args:
        items: table with item_id and category; title, description, slot, price, currency,
            availability, image, popularity, group_id and attribute.NAME where there are.
        outfits: table with outfit_id and item_id; position and split where there are.
        out: the dataset folder to write; it appears whole or not at all.
        images: folder that the column image is relative to; without that column an item's picture
            is ITEM_ID.jpg in it.
        split: the split of every outfit, where the table has no such column; train without either.
        replace: write it in the place of one that holds something.
    """
    from data.shop_tables import read_shop

    _import(lambda: read_shop(items, outfits, images=images, split=split), out, replace=replace)


def _import(read: "Callable[[], Imported]", out: Path, *, replace: bool) -> None:
    """Read, write and print what stands in the report; refuse an occupied `out` before reading."""
    from data.atomic import refuse_occupied
    from data.imported import write_imported

    refuse_occupied(out, replace=replace)
    result = read()
    write_imported(out, result, replace=replace)
    print(f"wrote {out} (the whole report is in import.json)")
    for line in _summary(result.report):
        print(line)


def _summary(report: Mapping[str, object]) -> Iterator[str]:
    """One line an entry, long ones cut."""
    for name, value in report.items():
        if isinstance(value, Mapping):
            parts = [f"{key} {_joined(count)}" for key, count in value.items()]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            parts = [Path(str(entry)).name for entry in value]
        else:
            parts = [str(value)]
        yield f"  {name.replace('_', ' '):<28}{_cut(parts)}"


def _joined(value: object) -> str:
    """A count as it is, a list as its entries."""
    return _cut([str(entry) for entry in value]) if isinstance(value, list) else str(value)


def _cut(parts: Sequence[str]) -> str:
    rest = len(parts) - SHOWN
    shown = list(parts[:SHOWN]) + ([f"and {rest} more"] if rest > 0 else [])
    return ", ".join(shown) or "none"
