"""A shop's own tables: items, outfits and pictures, made into the project's tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import polars as pl

from data.errors import DuplicateError, SchemaError, UnreadableError
from data.imported import Imported, completed, imported
from data.table_files import read_table
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, Columns, check_items, check_outfits, first_true

Split: TypeAlias = Literal["train", "valid", "test"]

_PICTURES = (".jpg", ".jpeg", ".png", ".webp")
_LOWERCASE = ("slot", "availability")


def read_shop(
    items: Path, outfits: Path, *, images: Path | None = None, split: Split | None = None
) -> Imported:
    """Read a shop's tables; only `item_id`, `category` and `outfit_id`, `item_id` are required.

    Args:
        items: table of items, columns of `ITEM_SCHEMA`; others are ignored and reported.
        outfits: table of `outfit_id,item_id[,position,split]`; without positions the order of the
            rows counts, from 1.
        images: folder that the column `image` is relative to (else the one of `items`). Without
            that column the picture of an item is `<item_id>.jpg` (or .jpeg, .png, .webp) in it.
        split: the split of every outfit, in place of the column; `train` without either.

    Raises:
        UnreadableError: a file or folder is absent, empty or broken.
        SchemaError: a column is missing or holds a wrong value.
        DuplicateError: an item, or a place or item of an outfit, stands twice.
        UnknownItemError: an outfit names an item that is not in the items table.
    """
    raw_items, raw_outfits = read_table(items), read_table(outfits)
    found, missing = _with_pictures(_items(raw_items, items), items, images)
    catalogue = completed(found)
    check_items(catalogue, items)
    sets = _outfits(raw_outfits, outfits, split)
    check_outfits(sets, catalogue, outfits)
    _refuse_repeated_items(sets, outfits)
    ignored = {
        items.name: [name for name in raw_items.columns if name not in ITEM_SCHEMA],
        outfits.name: [name for name in raw_outfits.columns if name not in OUTFIT_SCHEMA],
    }
    return imported(
        catalogue,
        sets,
        source="tables",
        files=[items, outfits],
        notes={"ignored_columns": ignored, "pictures_not_found": missing, "dropped": {}},
    )


def _items(raw: pl.DataFrame, file: Path) -> pl.DataFrame:
    """The known columns with their types; blanks are nulls."""
    _require(raw, ("item_id", "category"), file)
    known = raw.select(name for name in ITEM_SCHEMA if name in raw.columns)
    lowered = known.with_columns(
        pl.col(name).str.to_lowercase() for name in _LOWERCASE if name in known.columns
    )
    return _typed(lowered, ITEM_SCHEMA, file)


def _outfits(raw: pl.DataFrame, file: Path, split: Split | None) -> pl.DataFrame:
    _require(raw, ("outfit_id", "item_id"), file)
    if split is not None and "split" in raw.columns:
        raise SchemaError(
            expected="the split as a column or as --split",
            got="both",
            file=file,
            field="split",
        )
    added = {
        "position": pl.int_range(1, pl.len() + 1).over("outfit_id"),
        "split": pl.lit(split or "train"),
    }
    whole = raw.with_columns(
        expr.alias(name) for name, expr in added.items() if name not in raw.columns
    )
    return _typed(whole.select(OUTFIT_SCHEMA.names()), OUTFIT_SCHEMA, file)


def _require(frame: pl.DataFrame, names: Sequence[str], file: Path) -> None:
    for name in names:
        if name not in frame.columns:
            got = "only " + ", ".join(frame.columns)
            raise SchemaError(expected="this column", got=got, file=file, field=name)


def _typed(frame: pl.DataFrame, schema: Columns, file: Path) -> pl.DataFrame:
    """Text columns cast to their types.

    Raises:
        SchemaError: a value cannot be cast.
    """
    typed = frame.with_columns(
        pl.col(name).cast(schema[name], strict=False) for name in frame.columns
    )
    for name in frame.columns:
        row = first_true(frame, pl.col(name).is_not_null() & typed[name].is_null())
        if row is not None:
            kind = "a whole number" if schema[name].is_integer() else "a number"
            got = repr(frame[name][row])
            raise SchemaError(expected=kind, got=got, file=file, row=row + 1, field=name)
    return typed


def _with_pictures(
    items: pl.DataFrame, file: Path, folder: Path | None
) -> tuple[pl.DataFrame, list[str]]:
    """Items with the absolute paths of their pictures, and the names that no file has.

    Raises:
        UnreadableError: `folder` is none, or holds not one picture of these items.
    """
    if folder is not None and not folder.is_dir():
        raise UnreadableError(
            expected="a folder of pictures",
            got="a file" if folder.exists() else "nothing",
            file=folder,
        )
    root = (folder or file.parent).resolve()
    if "image" in items.columns:
        names = items["image"].drop_nulls().unique(maintain_order=True).to_list()
        paths = {name: str(root / name) for name in names if (root / name).is_file()}
        key = pl.col("image")
    else:
        names = []
        paths = _pictures_by_stem(folder.resolve()) if folder is not None else {}
        key = pl.col("item_id")
    image = key.replace_strict(
        list(paths), list(paths.values()), default=None, return_dtype=pl.String()
    )
    found = items.with_columns(image=image)
    if folder is not None and found["image"].null_count() == found.height:
        raise UnreadableError(
            expected="pictures of these items", got="not one of them", file=folder, field="image"
        )
    return found, [name for name in names if name not in paths]


def _pictures_by_stem(folder: Path) -> dict[str, str]:
    """Pictures that lie in `folder` by their name without suffix; .jpg goes first."""
    files = {file.name: file for file in folder.iterdir() if file.suffix in _PICTURES}
    ordered = sorted(files.values(), key=lambda file: _PICTURES.index(file.suffix), reverse=True)
    return {file.stem: str(file) for file in ordered}


def _refuse_repeated_items(outfits: pl.DataFrame, file: Path) -> None:
    row = first_true(outfits, ~pl.struct("outfit_id", "item_id").is_first_distinct())
    if row is not None:
        raise DuplicateError(
            expected="each item once in an outfit",
            got=f"{outfits['item_id'][row]!r} again in {outfits['outfit_id'][row]!r}",
            file=file,
            row=row + 1,
            field="item_id",
        )
