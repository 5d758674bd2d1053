import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from data.dataset import Dataset
from data.errors import InputError
from data.questions import read_compatibility, read_fitb
from data.shop.generator import Shop, draw_shop, generate_shop
from data.shop.rule_questions import single_rule
from data.shop.taste import Truth, compatibility_optimum, fitb_optimum, planted_logit

FITB = ("fitb_valid", "fitb_test", "fitb_third_order", "fitb_style", "fitb_occasion", "fitb_colour")
"""Of the small shop; only `fitb_fabric` takes more items than it has."""

COMPATIBILITY = ("compatibility_valid", "compatibility_test")


@pytest.fixture(scope="module")
def written_truth(folder: Path) -> Truth:
    return Truth.from_frame(pl.read_parquet(folder / "truth.parquet"))


def test_the_same_seed_gives_the_same_bytes_in_every_file(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    list(generate_shop(again, num_items=240, num_outfits=80, seed=3))

    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert len(files) == 240 + 3 + 1 + len(FITB) + len(COMPATIBILITY)
    for file in files:
        assert (folder / file).read_bytes() == (again / file).read_bytes(), file


def test_another_seed_gives_another_shop() -> None:
    one, other = (draw_shop(num_items=150, num_outfits=10, seed=seed) for seed in (0, 1))

    assert one.items["title"].to_list() != other.items["title"].to_list()
    assert one.splits != other.splits


def test_every_item_has_a_picture_of_its_own(dataset: Dataset) -> None:
    files = [dataset.folder / name for name in dataset.items["image"]]

    assert len({file.read_bytes() for file in files}) > 0.95 * len(files)
    for file in files[::10]:
        with Image.open(file) as image:
            image.load()


def test_the_splits_are_four_fifths_and_twice_a_tenth(dataset: Dataset) -> None:
    sizes = {split: len(dataset.outfit_rows(split)) for split in dataset.splits()}

    assert sizes == {"train": 64, "valid": 8, "test": 8}


def test_the_written_truth_likes_every_written_outfit(
    dataset: Dataset, written_truth: Truth
) -> None:
    for split in dataset.splits():
        for rows in dataset.outfit_rows(split):
            assert planted_logit(written_truth, rows) > 0


def test_every_question_file_is_read_whole_and_has_the_reported_optimum(
    dataset: Dataset, written_truth: Truth
) -> None:
    report = json.loads((dataset.folder / "import.json").read_text("utf-8"))
    assert report["optimum"].keys() == {*FITB, *COMPATIBILITY}
    for name in FITB:
        read = read_fitb(dataset.folder / "questions" / f"{name}.jsonl", dataset)
        assert read.questions
        assert read.dropped == {}
        assert report["optimum"][name] == fitb_optimum(written_truth, read.questions) == 1.0
    for name in COMPATIBILITY:
        outfits = read_compatibility(dataset.folder / "questions" / f"{name}.jsonl", dataset)
        rows = [question.items for question in outfits.questions]
        labels = [question.label for question in outfits.questions]
        assert np.mean(labels) == 0.5
        assert report["optimum"][name] == compatibility_optimum(written_truth, rows, labels) == 1.0


def test_a_shop_of_the_usual_size_asks_about_every_rule() -> None:
    shop = draw_shop(num_items=2000, num_outfits=10, seed=0)

    for rule, asker in shop.rule_askers.items():
        assert len(single_rule(asker, rule, 24)) == 24, rule


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(InputError, match="new or empty folder"):
        list(generate_shop(tmp_path, num_items=240, num_outfits=80, seed=0))

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_too_small_a_catalogue_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="catalogue"):
        list(generate_shop(tmp_path / "shop", num_items=60, num_outfits=20, seed=0))

    assert list(tmp_path.iterdir()) == []


def test_a_shop_that_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    pictures = generate_shop(tmp_path / "shop", num_items=240, num_outfits=80, seed=3)
    assert next(pictures) == 1
    pictures.close()  # type: ignore[attr-defined]

    assert list(tmp_path.iterdir()) == []


def test_train_holds_most_items_that_the_test_asks_about(shop: Shop) -> None:
    trained = {row for outfit in shop.splits["train"] for row in outfit}
    asked = {row for outfit in shop.splits["test"] for row in outfit}

    assert len(asked & trained) > 0.8 * len(asked)
