"""An imported dataset: a folder with the two tables and the import report."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from data.atomic import atomic_file
from data.errors import UnknownItemError, UnreadableError
from data.tables import SPLITS, check_items, check_outfits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """Items and outfits of one folder; a row is a position in `items`."""

    folder: Path
    items: pl.DataFrame
    outfits: pl.DataFrame
    _row_of: dict[str, int] = field(default_factory=dict, repr=False, init=False)

    @classmethod
    def load(cls, folder: Path) -> "Dataset":
        """Read and check the tables of `folder`.

        Raises:
            UnreadableError: a table is absent or broken.
            SchemaError: a table breaks its schema.
        """
        items = _read(folder / "items.parquet")
        outfits = _read(folder / "outfits.parquet")
        check_items(items, folder / "items.parquet")
        check_outfits(outfits, items, folder / "outfits.parquet")
        return cls(folder=folder, items=items, outfits=outfits)

    def rows(self, item_ids: Sequence[str]) -> np.ndarray:
        """Rows of `item_ids` in `items`, int64.

        Raises:
            UnknownItemError: an id is not in `items`.
        """
        row_of = self.row_of()
        try:
            return np.fromiter((row_of[name] for name in item_ids), np.int64, len(item_ids))
        except KeyError as error:
            raise UnknownItemError(
                expected="an item of the catalogue", got=repr(error.args[0]), field="item_id"
            ) from error

    def row_of(self) -> Mapping[str, int]:
        """The row of every item_id; built once."""
        if not self._row_of:
            self._row_of.update(
                zip(self.items["item_id"].to_list(), range(self.items.height), strict=True)
            )
        return self._row_of

    def outfit_rows(self, split: str) -> list[np.ndarray]:
        """Item rows of every outfit of `split`, int64, in order of appearance and position."""
        part = self.outfits.filter(split=split)
        if part.is_empty():
            return []
        starts = part["outfit_id"].rle_id().is_first_distinct().arg_true().to_numpy()[1:]
        return np.split(self.rows(part["item_id"].to_list()), starts)

    def splits(self) -> list[str]:
        """The splits that hold outfits, in the order train, valid, test."""
        present = set(self.outfits["split"].unique())
        return [split for split in SPLITS if split in present]


def write_dataset(
    folder: Path, items: pl.DataFrame, outfits: pl.DataFrame, report: Mapping[str, object]
) -> None:
    """Check both tables, then write them and the report; on an error nothing is written.

    Raises:
        SchemaError: a table breaks its schema.
        DuplicateError: an item stands twice.
        UnknownItemError: an outfit names an item that is not there.
    """
    check_items(items, folder / "items.parquet")
    check_outfits(outfits, items, folder / "outfits.parquet")
    with ExitStack() as stack:
        names = ("items.parquet", "outfits.parquet", "import.json")
        paths = [stack.enter_context(atomic_file(folder / name)) for name in names]
        items.write_parquet(paths[0])
        in_order(outfits).write_parquet(paths[1])
        paths[2].write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")


def in_order(outfits: pl.DataFrame) -> pl.DataFrame:
    """Outfits in order of appearance, the items of each by position."""
    appearance = pl.col("row").min().over("outfit_id")
    return outfits.with_row_index("row").sort(appearance, "position").drop("row")


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except (OSError, PolarsError) as error:
        got = "none" if not path.exists() else "a file that is not"
        raise UnreadableError(expected="a Parquet file", got=got, file=path) from error
