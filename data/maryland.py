"""Reader of the Maryland Polyvore release (Han et al. 2017) in its official files."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from data.errors import DuplicateError, SchemaError
from data.imported import Imported, counts, imported
from data.json_files import read_text
from data.polyvore_sets import outfit_table, read_sets, split_files
from data.release_images import with_images

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
    sets = read_sets(files)
    raw = sets.places.select(
        pl.format("{}_{}", "set_id", sets.positions()).alias("item_id"),
        sets.texts("name").alias("title"),
        sets.texts("categoryid").alias("category_id"),
        sets.numbers("price"),
        sets.numbers("likes"),
    )
    price, likes = pl.col("price"), pl.col("likes")
    items = raw.select(
        "item_id",
        "title",
        category=_category(names),
        price=pl.when(price > 0).then(price),
        popularity=pl.when(likes >= 0).then(likes),
    )
    outfits, dropped = outfit_table(sets, items["item_id"])
    return imported(
        with_images(items, folder / "images"),
        outfits,
        source="maryland",
        files=[*files.values(), *([names_file] if names is not None else [])],
        notes={
            "category_ids_without_name": counts(raw["category_id"], known=names or {}),
            "dropped": dropped,
        },
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


def _category(names: Mapping[str, str] | None) -> pl.Expr:
    category_id = pl.col("category_id")
    if names is None:
        return pl.format("category {}", category_id)
    return category_id.replace_strict(
        list(names), list(names.values()), default=None, return_dtype=pl.String()
    )
