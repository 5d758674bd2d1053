"""Reader of the Polyvore Outfits release (Vasileva et al. 2018) in its official files."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from data.errors import SchemaError, UnknownItemError, UnreadableError
from data.imported import Imported, counts, imported
from data.json_files import kind_of, parse_json, read_text
from data.polyvore_sets import SetItems, outfit_table, read_sets, split_files
from data.release_images import with_images
from data.slots import SLOTS
from data.tables import first_true

_FIELDS = ("title", "url_name", "description", "category_id", "semantic_category")
_OTHER = {
    **dict.fromkeys(
        ("train_no_dup.json", "valid_no_dup.json", "test_no_dup.json"),
        "a folder of Maryland Polyvore: use `outfit import maryland`",
    ),
    "disjoint": "the folder above the splits: name its `disjoint` or `nondisjoint` folder",
    "nondisjoint": "the folder above the splits: name its `nondisjoint` folder",
}


def read_polyvore_outfits(folder: Path) -> Imported:
    """Read any of `{train,valid,test}.json` with the items' metadata and the category names.

    `polyvore_item_metadata.json`, `categories.csv` (optional) and `images/` (optional) lie in
    `folder` or, as in the release, in the one above. Every item of the metadata is kept. A category
    is called `<name> (<id>)`, so that ids that share a name stay apart; an item without an id, or
    with one that the file does not name, is `unknown`, with its slot from `semantic_category`.

    Raises:
        UnreadableError: a file is absent, empty or broken.
        SchemaError: a field is missing or of the wrong kind.
        DuplicateError: a set, or an index of a set, stands twice.
        UnknownItemError: a set names an item that the metadata does not hold.
    """
    files = split_files(folder, "{}.json", _OTHER)
    metadata_file = _beside(folder, "polyvore_item_metadata.json")
    categories_file = _beside(folder, "categories.csv")
    metadata = read_metadata(metadata_file)
    names = read_category_names(categories_file) if categories_file.exists() else {}
    sets = read_sets(files)
    item_ids = _known_ids(sets, metadata["item_id"])
    outfits, dropped = outfit_table(sets, item_ids)
    repeating = outfits.filter(pl.struct("outfit_id", "item_id").is_duplicated())
    return imported(
        with_images(_items(metadata, names), _beside(folder, "images")),
        outfits,
        source="polyvore-outfits",
        files=[*files.values(), metadata_file, *([categories_file] if names else [])],
        notes={
            "category_ids_without_name": counts(metadata["category_id"], known=names),
            "outfits_that_repeat_an_item": repeating["outfit_id"].n_unique(),
            "dropped": dropped,
        },
    )


def read_metadata(file: Path) -> pl.DataFrame:
    """Items by id with the fields of `_FIELDS` as text, null where absent or blank.

    Raises:
        UnreadableError: the file is absent, empty or broken.
        SchemaError: it is not an object of objects, or a field is not text.
    """
    records = parse_json(read_text(file), file)
    if not isinstance(records, dict):
        raise SchemaError(expected="an object of items by item_id", got=kind_of(records), file=file)
    if not records:
        raise UnreadableError(expected="content", got="an empty object", file=file)
    for row, (item_id, record) in enumerate(records.items(), start=1):
        if not isinstance(record, dict):
            got = kind_of(record)
            raise SchemaError(expected="an object", got=got, file=file, row=row, field=item_id)
    columns = [pl.Series("item_id", list(records), pl.String())]
    return pl.DataFrame([*columns, *(_texts(records, name, file) for name in _FIELDS)])


def read_category_names(file: Path) -> dict[str, str]:
    """The name of every category id, `<name> (<id>)`; of several names the first listed.

    Lines are `<id>,<name>,<slot>`, with a header or without.

    Raises:
        UnreadableError: the file is absent or empty.
        SchemaError: a line has no number or no name.
    """
    names: dict[str, str] = {}
    lines = [[cell.strip() for cell in line] for line in csv.reader(read_text(file).splitlines())]
    for row, cells in enumerate(lines[lines[0][:1] == ["category_id"] :], start=1):
        if len(cells) < 2 or not cells[0].isdigit() or not cells[1]:
            raise SchemaError(
                expected="`<id>,<name>,<slot>`", got=repr(",".join(cells)), file=file, row=row
            )
        names.setdefault(cells[0], f"{cells[1]} ({cells[0]})")
    return names


def _items(metadata: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    slot = pl.col("semantic_category").str.to_lowercase()
    return metadata.select(
        "item_id",
        "description",
        title=pl.coalesce("title", "url_name"),
        category=_category(names),
        slot=pl.when(slot.is_in(SLOTS)).then(slot),
    )


def _category(names: Mapping[str, str]) -> pl.Expr:
    return pl.col("category_id").replace_strict(
        list(names), list(names.values()), default=None, return_dtype=pl.String()
    )


def _texts(records: Mapping[str, Mapping[str, Any]], name: str, file: Path) -> pl.Series:
    """One field of every item as text, null where absent or blank."""
    values = [record.get(name) for record in records.values()]
    for row, value in enumerate(values, start=1):
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
            field = f"{list(records)[row - 1]}.{name}"
            raise SchemaError(expected="text", got=kind_of(value), file=file, row=row, field=field)
    texts = [None if value is None else str(value) for value in values]
    return pl.Series(name, texts, pl.String()).str.strip_chars().replace("", None)


def _known_ids(sets: SetItems, known: pl.Series) -> pl.Series:
    """The item_id of every item of the sets.

    Raises:
        SchemaError: an item has none.
        UnknownItemError: it is not in `known`.
    """
    item_ids = sets.texts("item_id")
    at = first_true(
        item_ids.to_frame(), ~pl.col("item_id").is_in(known.implode()).fill_null(value=False)
    )
    if at is None:
        return item_ids
    wrong = sets.wrong(at, "item_id", "an item of polyvore_item_metadata.json")
    if item_ids[at] is None:
        raise wrong
    raise UnknownItemError(
        expected=wrong.expected,
        got=repr(item_ids[at]),
        file=wrong.file,
        row=wrong.row,
        field=wrong.field,
    )


def _beside(folder: Path, name: str) -> Path:
    """`name` in `folder` or, where only that one exists, in the folder above."""
    above = folder.resolve().parent / name
    return above if above.exists() and not (folder / name).exists() else folder / name
