import json
from pathlib import Path

import polars as pl
import pytest

from data.dataset import Dataset
from data.errors import InputError
from data.imported import Imported, completed, counts, imported, write_imported
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA

ITEMS = pl.DataFrame(
    {
        "item_id": ["a", "b", "c"],
        "category": ["Jeans", None, "Lipstick"],
        "slot": ["tops", None, None],
        "title": ["x", None, None],
    }
)
OUTFITS = pl.DataFrame([("o", 2, "a", "test"), ("o", 1, "b", "test")], OUTFIT_SCHEMA, orient="row")


@pytest.fixture
def result() -> Imported:
    return imported(ITEMS, OUTFITS, source="test", files=[Path("f.csv")], notes={"dropped": {}})


def test_missing_columns_categories_and_slots_are_filled() -> None:
    whole = completed(ITEMS.with_columns(slot=pl.Series(["tops", "bags", None])))

    assert whole.schema == ITEM_SCHEMA
    assert whole["category"].to_list() == ["Jeans", "unknown", "Lipstick"]
    assert whole["slot"].to_list() == ["tops", "bags", None]
    assert whole["attributes"].to_list() == [[], [], []]
    assert completed(ITEMS.drop("slot"))["slot"].to_list() == ["bottoms", None, None]


def test_the_report_tells_what_stands_in_the_tables(result: Imported) -> None:
    assert result.report == {
        "source": "test",
        "files": ["f.csv"],
        "items": 3,
        "outfits": {"test": 1},
        "items_without": {
            "category": 1,
            "slot": 2,
            "title": 2,
            "price": 3,
            "image": 3,
            "popularity": 3,
            "attributes": 3,
        },
        "items_per_slot": {"tops": 1},
        "categories_without_slot": {"Lipstick": 1},
        "dropped": {},
    }
    assert result.outfits["item_id"].to_list() == ["b", "a"]


def test_values_are_counted_most_frequent_first_without_known_ones() -> None:
    values = pl.Series("x", ["a", "b", "b", None, "c", "a", "a"])

    assert list(counts(values).items()) == [("a", 3), ("b", 2), ("c", 1)]
    assert counts(values, known={"a"}) == {"b": 2, "c": 1}


def test_a_result_is_written_as_a_dataset(tmp_path: Path, result: Imported) -> None:
    write_imported(tmp_path / "set", result)

    assert Dataset.load(tmp_path / "set").items.equals(result.items)
    assert json.loads((tmp_path / "set" / "import.json").read_text()) == result.report


def test_a_folder_that_holds_something_is_replaced_only_on_request(
    tmp_path: Path, result: Imported
) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "notes.txt").write_text("x")

    with pytest.raises(InputError, match="holds files"):
        write_imported(tmp_path / "set", result)
    assert [file.name for file in (tmp_path / "set").iterdir()] == ["notes.txt"]

    write_imported(tmp_path / "set", result, replace=True)
    assert not (tmp_path / "set" / "notes.txt").exists()
    assert Dataset.load(tmp_path / "set").items.height == 3
