"""What the training outfits hold, counted: all that the counting controls know."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from data.atomic import atomic_file
from data.dataset import Dataset
from data.errors import BundleError

FILES: Final = {
    "category_pairs": "training_category_pairs.parquet",
    "categories": "training_categories.parquet",
    "items": "training_items.parquet",
}
COLUMNS: Final = {
    "category_pairs": ["first", "second", "pairs"],
    "categories": ["category", "outfits"],
    "items": ["item_id", "outfits"],
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingCounts:
    """Counts of the training outfits by name, so that they fit any catalogue; sorted by name.

    Args:
        category_pairs: `first`, `second`, `pairs`: unordered pairs of items within outfits, by
            the two categories, `first` <= `second`; two items of one category are a pair too.
        categories: `category`, `outfits`: outfits that hold an item of the category.
        items: `item_id`, `outfits`: outfits that hold the item.
    """

    category_pairs: pl.DataFrame
    categories: pl.DataFrame
    items: pl.DataFrame

    @classmethod
    def count(cls, dataset: Dataset, split: str = "train") -> "TrainingCounts":
        """Count the outfits of one split, which may be empty."""
        categories = dataset.items.lazy().select("item_id", "category")
        worn = dataset.outfits.lazy().filter(pl.col("split") == split)
        worn = worn.join(categories, on="item_id")
        pairs = (
            worn.join(worn, on="outfit_id", suffix="_other")
            .filter(pl.col("position") < pl.col("position_other"))
            .group_by(
                first=pl.min_horizontal("category", "category_other"),
                second=pl.max_horizontal("category", "category_other"),
            )
            .agg(pairs=pl.len().cast(pl.Int64))
        )
        outfits = pl.col("outfit_id").n_unique().cast(pl.Int64).alias("outfits")
        return cls(
            category_pairs=pairs.sort("first", "second").collect(),
            categories=worn.group_by("category").agg(outfits).sort("category").collect(),
            items=worn.group_by("item_id").agg(outfits).sort("item_id").collect(),
        )

    def write(self, folder: Path) -> None:
        """Write the counts into a folder, one small Parquet file a table."""
        for table, name in FILES.items():
            with atomic_file(folder / name) as path:
                getattr(self, table).write_parquet(path)

    @classmethod
    def read(cls, folder: Path) -> "TrainingCounts":
        """Read what `write` wrote.

        Raises:
            BundleError: a file is missing or damaged.
        """
        return cls(**{table: _read(folder / name, COLUMNS[table]) for table, name in FILES.items()})


def _read(path: Path, columns: list[str]) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, columns=columns)
    except (OSError, PolarsError) as error:
        raise BundleError(f"{path}: expected training counts, got {error}") from error
