import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data.dataset import Dataset, in_order, write_dataset
from data.errors import SchemaError, UnknownItemError, UnreadableError
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns

ITEMS = empty_columns(
    pl.DataFrame({"item_id": list("abcde"), "category": ["hat"] * 5}), ITEM_SCHEMA
)
ROWS = [
    ("q", 2, "a", "test"),
    ("o", 2, "b", "train"),
    ("q", 1, "e", "test"),
    ("o", 1, "c", "train"),
    ("p", 7, "d", "train"),
    ("p", 3, "a", "train"),
]
OUTFITS = pl.DataFrame(ROWS, OUTFIT_SCHEMA, orient="row")


def test_a_dataset_comes_back_as_it_was_written_with_outfits_in_order(tmp_path: Path) -> None:
    write_dataset(tmp_path / "set", ITEMS, OUTFITS, {"source": "test"})
    dataset = Dataset.load(tmp_path / "set")

    assert dataset.items.equals(ITEMS)
    assert dataset.items.schema == ITEM_SCHEMA
    assert dataset.outfits.schema == OUTFIT_SCHEMA
    assert dataset.outfits["outfit_id"].to_list() == ["q", "q", "o", "o", "p", "p"]
    assert dataset.outfits["item_id"].to_list() == ["e", "a", "c", "b", "a", "d"]
    assert json.loads((tmp_path / "set" / "import.json").read_text()) == {"source": "test"}
    assert sorted(file.name for file in (tmp_path / "set").iterdir()) == [
        "import.json",
        "items.parquet",
        "outfits.parquet",
    ]


def test_rows_are_positions_in_the_items_table() -> None:
    dataset = Dataset(folder=Path(), items=ITEMS, outfits=OUTFITS)

    rows = dataset.rows(["e", "a", "e"])

    assert rows.tolist() == [4, 0, 4]
    assert rows.dtype == np.int64
    assert dataset.rows([]).shape == (0,)


def test_an_unknown_item_has_no_row() -> None:
    dataset = Dataset(folder=Path(), items=ITEMS, outfits=OUTFITS)

    with pytest.raises(UnknownItemError, match="'z'"):
        dataset.rows(["a", "z"])


def test_outfit_rows_follow_order_and_position_and_keep_to_their_split() -> None:
    dataset = Dataset(folder=Path(), items=ITEMS, outfits=in_order(OUTFITS))

    assert [rows.tolist() for rows in dataset.outfit_rows("train")] == [[2, 1], [0, 3]]
    assert [rows.tolist() for rows in dataset.outfit_rows("test")] == [[4, 0]]
    assert dataset.outfit_rows("valid") == []


def test_splits_come_in_the_usual_order() -> None:
    assert Dataset(folder=Path(), items=ITEMS, outfits=OUTFITS).splits() == ["train", "test"]


def test_a_wrong_table_writes_nothing_and_leaves_what_stands(tmp_path: Path) -> None:
    write_dataset(tmp_path / "set", ITEMS, OUTFITS, {})
    before = {file.name: file.read_bytes() for file in (tmp_path / "set").iterdir()}

    with pytest.raises(UnknownItemError):
        write_dataset(tmp_path / "set", ITEMS.head(2), OUTFITS, {})
    with pytest.raises(TypeError, match="not JSON"):
        write_dataset(tmp_path / "set", ITEMS, OUTFITS, {"a": object()})
    with pytest.raises(SchemaError):
        write_dataset(tmp_path / "other", ITEMS.drop("slot"), OUTFITS, {})

    assert {file.name: file.read_bytes() for file in (tmp_path / "set").iterdir()} == before
    assert not (tmp_path / "other").exists()


def test_a_folder_without_tables_or_with_broken_ones_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"items\.parquet: .* got none"):
        Dataset.load(tmp_path)

    (tmp_path / "items.parquet").write_text("no table")
    with pytest.raises(UnreadableError, match=r"items\.parquet: .* is not"):
        Dataset.load(tmp_path)


def test_a_table_of_another_kind_is_refused_on_load(tmp_path: Path) -> None:
    write_dataset(tmp_path, ITEMS, OUTFITS, {})
    ITEMS.drop("price").write_parquet(tmp_path / "items.parquet")

    with pytest.raises(SchemaError, match=r"items\.parquet, field 'price'"):
        Dataset.load(tmp_path)
