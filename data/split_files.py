"""A dataset folder with outfits parted anew: the same items, their features carried over."""

import shutil
from dataclasses import asdict
from pathlib import Path

import polars as pl

from data.atomic import atomic_folder
from data.dataset import Dataset, write_dataset
from data.features import feature_folder, list_features
from data.json_files import parse_json, read_text
from data.splits import Split, SplitConfig


def write_split(dataset: Dataset, split: Split, config: SplitConfig, out: Path) -> None:
    """Write the dataset folder `out`, whole or not at all.

    Features are copied; pictures stay where they are and are named by their whole path.

    Raises:
        InputError: `out` holds something already.
    """
    root = str(dataset.folder.resolve())
    image = pl.col("image")
    inside = (image != "") & ~image.str.starts_with("/")
    items = dataset.items.with_columns(
        image=pl.when(inside).then(pl.concat_str([pl.lit(f"{root}/"), image])).otherwise(image)
    )
    with atomic_folder(out) as folder:
        write_dataset(folder, items, split.outfits, split_report(dataset, split, config))
        for name in list_features(dataset.folder):
            shutil.copytree(feature_folder(dataset.folder, name), feature_folder(folder, name))


def split_report(dataset: Dataset, split: Split, config: SplitConfig) -> dict[str, object]:
    """What was parted how, what was left out, what is shared, and what the import had said."""
    parted = split.outfits.group_by("split").agg(pl.col("outfit_id").n_unique()).sort("split")
    report = dataset.folder / "import.json"
    return {
        "source": "split",
        "of": str(dataset.folder),
        **asdict(config),
        "outfits": dict(parted.iter_rows()),
        "dropped": {"a product stands in another split": split.dropped},
        "shared_products": dict(split.shared),
        "import": parse_json(read_text(report), report) if report.exists() else None,
    }
