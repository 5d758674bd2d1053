import json
from pathlib import Path

import pytest

from data.errors import DuplicateError, SchemaError
from data.polyvore_sets import outfit_table, read_sets

SETS = [
    {"set_id": "1", "items": [{"index": 2, "name": " x "}, {"index": 1, "name": 7}]},
    {"set_id": 2, "items": []},
    {"set_id": "3", "items": [{"index": 1, "price": 5}]},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "train.json"
    path.write_text(json.dumps(SETS))
    return path


def test_items_come_flat_with_their_places(file: Path) -> None:
    sets = read_sets({"train": file})

    assert sets.num_sets == 3
    assert sets.places.rows() == [
        (str(file), 1, "train", "1", 0),
        (str(file), 1, "train", "1", 1),
        (str(file), 3, "train", "3", 0),
    ]
    assert sets.texts("name").to_list() == ["x", "7", None]
    assert sets.numbers("price").to_list() == [None, None, 5.0]
    assert sets.positions().to_list() == [2, 1, 1]


def test_sets_of_fewer_than_two_items_are_left_out_and_counted(file: Path) -> None:
    sets = read_sets({"train": file})
    table, dropped = outfit_table(sets, sets.positions().cast(str).alias("any"))

    assert table.rows() == [("1", 2, "2", "train"), ("1", 1, "1", "train")]
    assert dropped == {"outfits of fewer than two items": 2}


def test_errors_name_the_set_and_the_item(file: Path) -> None:
    file.write_text(json.dumps([*SETS, {"set_id": "4", "items": [{}, {"name": True}]}]))
    sets = read_sets({"train": file})

    with pytest.raises(SchemaError, match="got True") as caught:
        sets.texts("name")

    assert (caught.value.file, caught.value.row) == (file, 4)
    assert caught.value.field == "items[1].name"


def test_the_same_set_in_one_file_is_refused(file: Path) -> None:
    file.write_text(json.dumps([*SETS, SETS[0]]))

    with pytest.raises(DuplicateError, match="'1' again, first in train") as caught:
        read_sets({"train": file})

    assert caught.value.row == 4
