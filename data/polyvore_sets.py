"""The set files that both Polyvore releases share: a JSON list of sets, a file a split."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from data.errors import DuplicateError, SchemaError, UnreadableError
from data.json_files import kind_of, parse_json_objects, read_text
from data.tables import SPLITS, first_true

_PLACES = {
    "file": pl.String(),
    "row": pl.Int64(),
    "split": pl.String(),
    "set_id": pl.String(),
    "place": pl.Int64(),
}
ONE_ITEM = "outfits of fewer than two items"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetItems:
    """Every item of every set, one after the other, with where each stands.

    Attributes:
        items: the items as the files write them.
        places: one row an item: `file`, `row` of the set from 1, `split`, `set_id`, and `place` of
            the item in its set from 0.
        num_sets: how many sets there are, empty ones included.
    """

    items: Sequence[Mapping[str, Any]]
    places: pl.DataFrame
    num_sets: int

    def texts(self, name: str) -> pl.Series:
        """A text or whole number of every item, as text; null where it is absent or blank."""
        values = [item.get(name) for item in self.items]
        for at, value in enumerate(values):
            if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
                raise self.wrong(at, name, "text or a whole number")
        texts = [None if value is None else str(value) for value in values]
        return pl.Series(name, texts, pl.String()).str.strip_chars().replace("", None)

    def numbers(self, name: str) -> pl.Series:
        """A number of every item; null where it is absent."""
        values = [item.get(name) for item in self.items]
        for at, value in enumerate(values):
            known = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not (known and math.isfinite(value)):
                raise self.wrong(at, name, "a finite number")
        return pl.Series(name, values, pl.Float64(), strict=False)

    def positions(self) -> pl.Series:
        """The index of every item.

        Raises:
            SchemaError: an item has none.
            DuplicateError: it stands twice in a set.
        """
        values = [item.get("index") for item in self.items]
        for at, value in enumerate(values):
            if isinstance(value, bool) or not isinstance(value, int):
                raise self.wrong(at, "index", "a whole number")
        positions = pl.Series("position", values, pl.Int64())
        repeats = ~pl.struct("set_id", "position").is_first_distinct()
        first = first_true(self.places.with_columns(positions), repeats)
        if first is not None:
            again = self.wrong(first, "index", "each index once in a set")
            raise DuplicateError(
                expected=again.expected,
                got=f"{values[first]} again",
                file=again.file,
                row=again.row,
                field=again.field,
            )
        return positions

    def wrong(self, at: int, name: str, expected: str) -> SchemaError:
        """An error about the value of `name` of the item `at`."""
        place = self.places.row(at, named=True)
        return SchemaError(
            expected=expected,
            got=kind_of(self.items[at].get(name)),
            file=Path(place["file"]),
            row=place["row"],
            field=f"items[{place['place']}].{name}",
        )


def outfit_table(sets: SetItems, item_ids: pl.Series) -> tuple[pl.DataFrame, dict[str, int]]:
    """The sets as a table of outfits, and how many are left out for which reason."""
    rows = sets.places.select(
        pl.col("set_id").alias("outfit_id"),
        sets.positions(),
        item_ids.alias("item_id"),
        pl.col("split"),
    )
    kept = rows.filter(pl.len().over("outfit_id") >= 2)
    num_dropped = sets.num_sets - kept["outfit_id"].n_unique()
    return kept, {ONE_ITEM: num_dropped} if num_dropped else {}


def split_files(folder: Path, pattern: str, other: Mapping[str, str]) -> dict[str, Path]:
    """The set files of `folder` by split.

    Args:
        folder: where to look.
        pattern: a file's name, with `{}` for the split.
        other: names that give another kind of folder away, with what to say of it.

    Raises:
        UnreadableError: `folder` is none, or holds no such file.
    """
    if not folder.is_dir():
        got = "a file" if folder.exists() else "nothing"
        raise UnreadableError(expected="a folder", got=got, file=folder)
    files = {split: folder / pattern.format(split) for split in SPLITS}
    found = {split: file for split, file in files.items() if file.is_file()}
    if not found:
        hints = [hint for name, hint in other.items() if (folder / name).exists()]
        raise UnreadableError(
            expected="any of " + ", ".join(file.name for file in files.values()),
            got=hints[0] if hints else "a folder without them",
            file=folder,
        )
    return found


def read_sets(files: Mapping[str, Path]) -> SetItems:
    """The sets of every file, in the order of `files`.

    Raises:
        UnreadableError: a file is empty or broken.
        SchemaError: a set lacks its identifier or its items.
        DuplicateError: a set stands twice, in one split or in two.
    """
    items: list[Mapping[str, Any]] = []
    places: list[tuple[str, int, str, str, int]] = []
    seen: dict[str, str] = {}
    for split, file in files.items():
        records = parse_json_objects(read_text(file), file)
        _check_sets(records, file)
        for row, record in enumerate(records, start=1):
            set_id = str(record["set_id"])
            if set_id in seen:
                raise DuplicateError(
                    expected="each set once",
                    got=f"{set_id!r} again, first in {seen[set_id]}",
                    file=file,
                    row=row,
                    field="set_id",
                )
            seen[set_id] = split
            items += record["items"]
            places += [(str(file), row, split, set_id, at) for at in range(len(record["items"]))]
    return SetItems(
        items=items, places=pl.DataFrame(places, _PLACES, orient="row"), num_sets=len(seen)
    )


def _check_sets(records: Sequence[Mapping[str, Any]], file: Path) -> None:
    for row, record in enumerate(records, start=1):
        set_id, items = record.get("set_id"), record.get("items")
        wrong = None
        if isinstance(set_id, bool) or not isinstance(set_id, str | int) or set_id == "":
            wrong = ("set_id", "an identifier", set_id)
        elif not isinstance(items, list):
            wrong = ("items", "a list of items", items)
        else:
            strange = [at for at, item in enumerate(items) if not isinstance(item, dict)]
            wrong = (f"items[{strange[0]}]", "an object", items[strange[0]]) if strange else None
        if wrong:
            field, expected, got = wrong
            raise SchemaError(expected=expected, got=kind_of(got), file=file, row=row, field=field)
