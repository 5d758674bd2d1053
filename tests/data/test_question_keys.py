from pathlib import Path

import polars as pl
import pytest

from data.dataset import Dataset
from data.errors import UnknownItemError
from data.question_keys import QuestionKeys
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns


@pytest.fixture
def keys() -> QuestionKeys:
    items = pl.DataFrame({"item_id": ["a", "5_1", "b_2"], "category": ["hat"] * 3})
    rows = [("5", 1, "a", "train"), ("5", 2, "b_2", "train"), ("b", 2, "a", "train")]
    dataset = Dataset(
        folder=Path(),
        items=empty_columns(items, ITEM_SCHEMA),
        outfits=pl.DataFrame(rows, OUTFIT_SCHEMA, orient="row"),
    )
    return QuestionKeys(dataset=dataset, file=Path("questions.json"))


def test_a_key_is_an_item_first_and_a_place_in_an_outfit_else(keys: QuestionKeys) -> None:
    assert keys.rows(["5_1", "5_2", "b_2", "a"], 1, "question") == (1, 2, 2, 0)


def test_a_key_that_names_nothing_is_told_with_its_place(keys: QuestionKeys) -> None:
    with pytest.raises(UnknownItemError, match=r"questions\.json, row 4, field 'answers\[1\]'"):
        keys.rows(["a", "5_3"], 4, "answers")
