import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data.dataset import Dataset, write_dataset
from data.errors import InputError
from data.features import open_feature
from data.split_files import write_split
from data.splits import SplitConfig, split_outfits

CONFIG = SplitConfig(rule="disjoint", valid=0.1, test=0.1)


def test_a_split_is_a_dataset_of_the_same_items_and_features(
    tiny_shop: Path, tmp_path: Path
) -> None:
    dataset = Dataset.load(tiny_shop)
    split = split_outfits(dataset, CONFIG)
    write_split(dataset, split, CONFIG, tmp_path / "parted")
    parted = Dataset.load(tmp_path / "parted")
    ids = parted.items["item_id"].to_list()
    assert parted.items.equals(dataset.items)
    assert set(parted.splits()) == {"train", "valid", "test"}
    vectors = open_feature(parted.folder, "look", ids).vectors
    assert np.array_equal(vectors, open_feature(tiny_shop, "look", ids).vectors)


def test_the_report_proves_the_split_and_keeps_what_the_import_said(
    tiny_shop: Path, tmp_path: Path
) -> None:
    dataset = Dataset.load(tiny_shop)
    split = split_outfits(dataset, CONFIG)
    write_split(dataset, split, CONFIG, tmp_path / "parted")
    report = json.loads((tmp_path / "parted" / "import.json").read_text())
    assert (report["source"], report["rule"], report["seed"]) == ("split", "disjoint", 0)
    assert report["shared_products"] == dict.fromkeys(split.shared, 0)
    assert report["dropped"] == {"a product stands in another split": split.dropped}
    assert sum(report["outfits"].values()) + split.dropped == 400
    assert report["import"] == {"source": "tests"}


def test_pictures_beside_the_tables_are_named_by_their_whole_path(
    tiny_shop: Path, tmp_path: Path
) -> None:
    whole = Dataset.load(tiny_shop)
    names = ["images/a.jpg", "/pictures/b.jpg", ""] + [None] * (whole.items.height - 3)
    items = whole.items.with_columns(image=pl.Series(names, dtype=pl.String))
    write_dataset(tmp_path / "shop", items, whole.outfits, {})
    dataset = Dataset.load(tmp_path / "shop")
    write_split(dataset, split_outfits(dataset, CONFIG), CONFIG, tmp_path / "parted")
    images = Dataset.load(tmp_path / "parted").items["image"]
    assert images[:4].to_list() == [
        str((tmp_path / "shop").resolve() / "images/a.jpg"),
        "/pictures/b.jpg",
        "",
        None,
    ]


def test_an_occupied_folder_is_left_alone(tiny_shop: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    dataset = Dataset.load(tiny_shop)
    with pytest.raises(InputError, match="a new or empty folder"):
        write_split(dataset, split_outfits(dataset, CONFIG), CONFIG, tmp_path)
