"""What a judge has to know of the training behind a model: its counts, items and products."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from data.errors import BundleError
from engine.training_counts import TrainingCounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingRecord:
    """The outfits that a model was trained on, counted, with what can be recognised of them.

    Args:
        counts: what the counting controls know.
        item_ids: of the items in training outfits.
        group_ids: of their groups; colour variants of one product share a group.
    """

    counts: TrainingCounts
    item_ids: pl.Series
    group_ids: pl.Series

    @classmethod
    def of(cls, counts: TrainingCounts, catalogue: pl.DataFrame) -> "TrainingRecord":
        """The record of counted outfits, whose items stand in the table `catalogue`."""
        worn = counts.items["item_id"]
        groups = catalogue.filter(pl.col("item_id").is_in(worn.implode()))["group_id"]
        return cls(counts=counts, item_ids=worn, group_ids=groups.drop_nulls().unique())

    @classmethod
    def read(cls, bundle: Path) -> "TrainingRecord":
        """The record that a bundle keeps.

        Raises:
            BundleError: a file of it is missing or damaged.
        """
        path = bundle / "items.parquet"
        try:
            catalogue = pl.read_parquet(path, columns=["item_id", "group_id"])
        except (OSError, PolarsError) as error:
            raise BundleError(f"{path}: expected a catalogue, got {error}") from error
        return cls.of(TrainingCounts.read(bundle), catalogue)
