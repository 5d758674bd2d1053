"""The set files that both Polyvore releases share: a JSON list of sets, a file a split."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from data.errors import DuplicateError, SchemaError, UnreadableError
from data.json_files import kind_of, parse_json_objects, read_text
from data.tables import OUTFIT_SCHEMA, SPLITS

ONE_ITEM = "outfits of fewer than two items"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolyvoreSet:
    """One set of a file; `row` is its place in the file, from 1."""

    file: Path
    row: int
    split: str
    set_id: str
    items: Sequence[Mapping[str, object]]

    def wrong(self, path: str, expected: str, got: object) -> SchemaError:
        """An error about the value at `path` of this set."""
        return SchemaError(
            expected=expected, got=kind_of(got), file=self.file, row=self.row, field=path
        )

    def text(self, place: int, name: str) -> str | None:
        """A text or whole number of one item as text; none where it is absent or blank."""
        value = self.items[place].get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.wrong(f"items[{place}].{name}", "text or a whole number", value)
        return str(value).strip() or None

    def number(self, place: int, name: str) -> float | None:
        """A number of one item; none where it is absent."""
        value = self.items[place].get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(f"items[{place}].{name}", "a number", value)
        if not math.isfinite(value):
            raise self.wrong(f"items[{place}].{name}", "a finite number", value)
        return float(value)

    def position(self, place: int) -> int:
        """The index that the release gives to one item."""
        value = self.items[place].get("index")
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(f"items[{place}].index", "a whole number", value)
        return value


@dataclass(slots=True, kw_only=True)
class OutfitRows:
    """Collects the rows of the outfit table, leaving out outfits that are none."""

    rows: list[tuple[str, int, str, str]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, outfit: PolyvoreSet, item_ids: Sequence[str]) -> None:
        """Add one outfit, or count it as dropped where it has fewer than two items.

        Raises:
            DuplicateError: an index stands twice in it.
        """
        if len(item_ids) < 2:
            self.dropped[ONE_ITEM] += 1
            return
        taken = set[int]()
        for place, item_id in enumerate(item_ids):
            position = outfit.position(place)
            if position in taken:
                raise DuplicateError(
                    expected="each index once in a set",
                    got=f"{position} again",
                    file=outfit.file,
                    row=outfit.row,
                    field=f"items[{place}].index",
                )
            taken.add(position)
            self.rows.append((outfit.set_id, position, item_id, outfit.split))

    def table(self) -> pl.DataFrame:
        """The rows as a table."""
        return pl.DataFrame(self.rows, OUTFIT_SCHEMA, orient="row")


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


def read_sets(files: Mapping[str, Path]) -> Iterator[PolyvoreSet]:
    """The sets of every file, in the order of `files`.

    Raises:
        UnreadableError: a file is empty or broken.
        SchemaError: a set lacks its identifier or its items.
        DuplicateError: a set stands twice, in one split or in two.
    """
    seen: dict[str, str] = {}
    for split, file in files.items():
        for row, record in enumerate(parse_json_objects(read_text(file), file), start=1):
            outfit = _polyvore_set(record, file, row, split=split)
            if outfit.set_id in seen:
                raise DuplicateError(
                    expected="each set once",
                    got=f"{outfit.set_id!r} again, first in {seen[outfit.set_id]}",
                    file=file,
                    row=row,
                    field="set_id",
                )
            seen[outfit.set_id] = split
            yield outfit


def _polyvore_set(record: Mapping[str, object], file: Path, row: int, *, split: str) -> PolyvoreSet:
    def wrong(path: str, expected: str, got: object) -> SchemaError:
        return SchemaError(expected=expected, got=kind_of(got), file=file, row=row, field=path)

    set_id, items = record.get("set_id"), record.get("items")
    if isinstance(set_id, bool) or not isinstance(set_id, str | int) or set_id == "":
        raise wrong("set_id", "an identifier", set_id)
    if not isinstance(items, list):
        raise wrong("items", "a list of items", items)
    for place, item in enumerate(items):
        if not isinstance(item, dict):
            raise wrong(f"items[{place}]", "an object", item)
    return PolyvoreSet(file=file, row=row, split=split, set_id=str(set_id), items=items)
