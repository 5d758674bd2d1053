import json
from pathlib import Path

import pytest

from data.dataset import Dataset
from data.errors import InputError, UnknownItemError, UnreadableError
from serving.commands.import_data import app


def call(*words: str | Path) -> None:
    app([str(word) for word in words], result_action="return_value")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "items.csv").write_text("item_id,category\na,hat\nb,widget\n")
    (tmp_path / "outfits.csv").write_text("outfit_id,item_id\no,a\no,b\n")
    return tmp_path


def shop_words(shop: Path) -> list[str | Path]:
    return ["tables", "--items", shop / "items.csv", "--outfits", shop / "outfits.csv"]


def test_tables_are_imported_and_summarised(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "pictures").mkdir()
    (shop / "pictures" / "a.jpg").write_bytes(b"x")
    words = shop_words(shop)

    call(*words, "--out", shop / "data", "--images", shop / "pictures", "--split", "test")

    dataset = Dataset.load(shop / "data")
    assert dataset.splits() == ["test"]
    assert dataset.items["image"].to_list() == [str(shop / "pictures" / "a.jpg"), None]
    printed = capsys.readouterr().out
    assert f"wrote {shop / 'data'}" in printed
    assert "categories without slot     widget 1" in printed
    assert "dropped                     none" in printed
    assert "ignored columns             items.csv none, outfits.csv none" in printed


def test_maryland_is_imported(tmp_path: Path) -> None:
    sets = [{"set_id": "5", "items": [{"index": 1, "name": "x"}, {"index": 2}]}]
    (tmp_path / "test_no_dup.json").write_text(json.dumps(sets))

    call("maryland", tmp_path, "--out", tmp_path / "data")

    assert Dataset.load(tmp_path / "data").items["item_id"].to_list() == ["5_1", "5_2"]


def test_polyvore_outfits_is_imported(tmp_path: Path) -> None:
    sets = [{"set_id": "5", "items": [{"index": 1, "item_id": "8"}, {"index": 2, "item_id": "9"}]}]
    (tmp_path / "train.json").write_text(json.dumps(sets))
    (tmp_path / "polyvore_item_metadata.json").write_text('{"9": {}, "8": {}}')

    call("polyvore-outfits", tmp_path, "--out", tmp_path / "data")

    assert Dataset.load(tmp_path / "data").outfit_rows("train")[0].tolist() == [1, 0]


def test_wrong_input_leaves_nothing_behind(shop: Path) -> None:
    (shop / "outfits.csv").write_text("outfit_id,item_id\no,a\no,z\n")
    before = sorted(shop.iterdir())

    with pytest.raises(UnknownItemError):
        call(*shop_words(shop), "--out", shop / "data")

    assert sorted(shop.iterdir()) == before


def test_wrong_input_leaves_the_old_dataset_even_on_replace(shop: Path) -> None:
    words = [*shop_words(shop), "--out", shop / "data"]
    call(*words)
    before = {file.name: file.read_bytes() for file in (shop / "data").iterdir()}
    (shop / "items.csv").write_text("")

    with pytest.raises(UnreadableError, match="an empty file"):
        call(*words, "--replace")

    assert {file.name: file.read_bytes() for file in (shop / "data").iterdir()} == before


def test_an_occupied_folder_is_refused_before_anything_is_read(shop: Path) -> None:
    words = [*shop_words(shop), "--out", shop / "data"]
    call(*words)
    (shop / "items.csv").unlink()

    with pytest.raises(InputError, match="new or empty folder"):
        call(*words)


def test_a_dataset_is_replaced_on_request(shop: Path) -> None:
    words = [*shop_words(shop), "--out", shop / "data"]
    call(*words)
    (shop / "items.csv").write_text("item_id,category\nb,hat\na,hat\n")

    call(*words, "--replace")

    assert Dataset.load(shop / "data").items["item_id"].to_list() == ["b", "a"]


@pytest.mark.parametrize("name", ["maryland", "polyvore-outfits", "tables"])
def test_help_shows_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    call(name, "--help")

    assert f"Example: outfit import {name}" in capsys.readouterr().out
