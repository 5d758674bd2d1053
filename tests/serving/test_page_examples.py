from pathlib import Path

import polars as pl
import pytest
from PIL import Image

from data.dataset import write_dataset
from data.tables import OUTFIT_SCHEMA
from serving.page_examples import SHOWN, Wardrobe, examples_of
from tests.serving.evaluations import ITEMS

BLANK = {
    "question": 7,
    "context": ["i1", "i20"],
    "candidates": ["i2", "i3", "i4"],
    "answer": 1,
    "scores": [0.5, 0.25, 1.5],
}


@pytest.fixture(scope="module")
def wardrobe(tmp_path_factory: pytest.TempPathFactory) -> Wardrobe:
    folder = tmp_path_factory.mktemp("data")
    outfits = pl.DataFrame(
        [("o", 0, "i0", "test"), ("o", 1, "i1", "test")], schema=OUTFIT_SCHEMA, orient="row"
    )
    write_dataset(folder, ITEMS, outfits, {})
    Image.new("RGB", (200, 200), "navy").save(folder / "1.png")
    return Wardrobe(folder)


def test_candidates_stand_best_first_with_the_right_one_marked(wardrobe: Wardrobe) -> None:
    (example,) = examples_of([BLANK], wardrobe)
    assert [choice.score for choice in example.choices] == [1.5, 0.5, 0.25]
    assert [choice.right for choice in example.choices] == [False, False, True]
    assert (example.number, example.words) == (7, "right answer ranked third")


def test_items_have_their_titles_and_those_with_a_file_their_picture(wardrobe: Wardrobe) -> None:
    with_picture, without = examples_of([BLANK], wardrobe)[0].garments
    assert (with_picture.title, without.title) == ("Title 1", "Title 20")
    assert with_picture.picture.startswith("data:image/jpeg")
    assert without.picture == ""


def test_without_the_dataset_items_are_called_by_their_ids(tmp_path: Path) -> None:
    absent = Wardrobe(tmp_path / "gone")
    assert not absent.is_known
    assert [each.title for each in absent.garments(["i1"])] == ["i1"]


def test_of_outfits_as_many_positives_as_negatives_are_shown(wardrobe: Wardrobe) -> None:
    shown = [
        {"question": at, "items": ["i1", "i2"], "label": int(at < 5), "score": 1.0}
        for at in range(10)
    ]
    examples = examples_of(shown, wardrobe)
    assert [each.number for each in examples] == [0, 1, 5, 6]
    assert len(examples) == SHOWN
    assert examples[0].words == "was worn; the model says score 1.00"
    (sure,) = examples_of([shown[9] | {"probability": 0.85}], wardrobe)
    assert sure.words == "was not worn; the model says 85% that it goes together"


def test_no_questions_are_no_examples(wardrobe: Wardrobe) -> None:
    assert examples_of([], wardrobe) == ()
