"""Reader of the Maryland Polyvore release (Han et al. 2017) in its official files."""

from collections import Counter
from pathlib import Path

import polars as pl

from data.errors import DuplicateError, SchemaError
from data.imported import Imported, imported
from data.json_files import read_text
from data.polyvore_sets import OutfitRows, PolyvoreSet, read_sets, split_files
from data.release_images import with_images
from data.tables import ITEM_SCHEMA

_COLUMNS = ("item_id", "title", "category", "price", "popularity")
_OTHER = dict.fromkeys(
    ("polyvore_item_metadata.json", "train.json", "valid.json", "test.json"),
    "a folder of Polyvore Outfits: use `outfit import polyvore-outfits`",
)


def read_maryland(folder: Path) -> Imported:
    """Read any of `{train,valid,test}_no_dup.json` and, where it is there, `category_id.txt`.

    An item's id is `<set_id>_<index>`, its position the index. Without `category_id.txt` a category
    is called `category <id>`; with it, an id that it does not name makes the category unknown, and
    the report counts such items. Sets of one item are dropped and counted.

    Raises:
        UnreadableError: a file is absent, empty or broken.
        SchemaError: a field is missing or of the wrong kind.
        DuplicateError: a set, or an index of a set, stands twice.
    """
    files = split_files(folder, "{}_no_dup.json", _OTHER)
    names_file = folder / "category_id.txt"
    names = read_category_names(names_file) if names_file.exists() else None
    outfits = OutfitRows()
    items: list[tuple[str | float | None, ...]] = []
    unnamed = Counter[str]()
    for outfit in read_sets(files):
        rows = [_item(outfit, place, names, unnamed) for place in range(len(outfit.items))]
        outfits.add(outfit, [str(row[0]) for row in rows])
        items += rows
    schema = {name: ITEM_SCHEMA[name] for name in _COLUMNS}
    return imported(
        with_images(pl.DataFrame(items, schema, orient="row"), folder / "images"),
        outfits.table(),
        source="maryland",
        files=[*files.values(), *([names_file] if names is not None else [])],
        notes={"category_ids_without_name": dict(unnamed), "dropped": dict(outfits.dropped)},
    )


def read_category_names(file: Path) -> dict[str, str]:
    """Category names by id, from lines of `<id> <name>`.

    Raises:
        UnreadableError: the file is absent or empty.
        SchemaError: a line has no number or no name.
        DuplicateError: an id stands twice.
    """
    names: dict[str, str] = {}
    for row, line in enumerate(read_text(file).rstrip().split("\n"), start=1):
        number, _, name = line.strip().partition(" ")
        if not number.isdigit() or not name.strip():
            raise SchemaError(expected="`<id> <name>`", got=repr(line), file=file, row=row)
        if number in names:
            raise DuplicateError(expected="each id once", got=f"{number} again", file=file, row=row)
        names[number] = name.strip()
    return names


def _item(
    outfit: PolyvoreSet, place: int, names: dict[str, str] | None, unnamed: Counter[str]
) -> tuple[str | float | None, ...]:
    """One row of `_COLUMNS`; an id without a name is counted in `unnamed`."""
    category_id = outfit.text(place, "categoryid")
    category = None
    if category_id is not None:
        category = f"category {category_id}" if names is None else names.get(category_id)
        if category is None or names is None:
            unnamed[category_id] += 1
    price, likes = outfit.number(place, "price"), outfit.number(place, "likes")
    return (
        f"{outfit.set_id}_{outfit.position(place)}",
        outfit.text(place, "name"),
        category,
        price if price is not None and price > 0 else None,
        likes if likes is not None and likes >= 0 else None,
    )
