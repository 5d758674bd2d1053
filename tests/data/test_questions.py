import json
from pathlib import Path

import polars as pl
import pytest

from data.dataset import Dataset
from data.errors import UnknownItemError
from data.questions import (
    CompatibilityQuestion,
    FitbQuestion,
    read_compatibility,
    read_fitb,
    write_compatibility,
    write_fitb,
)
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns

ITEMS = [f"i{number}" for number in range(6)]


@pytest.fixture
def dataset() -> Dataset:
    items = pl.DataFrame({"item_id": ITEMS, "category": ["hat"] * 6})
    rows = [("7", 1, "i5"), ("7", 2, "i4"), ("7", 4, "i3"), ("8", 1, "i2"), ("8", 2, "i5")]
    outfits = pl.DataFrame([(*row, "test") for row in rows], OUTFIT_SCHEMA, orient="row")
    return Dataset(folder=Path(), items=empty_columns(items, ITEM_SCHEMA), outfits=outfits)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "some_questions.txt"
    file.write_text(text)
    return file


def test_an_official_question_finds_its_answer_wherever_it_stands(
    tmp_path: Path, dataset: Dataset
) -> None:
    official = [
        {"question": ["7_1", "7_2"], "blank_position": 4, "answers": ["8_1", "i0", "7_4"]},
        {"question": ["7_4", "7_2"], "blank_position": 1, "answers": ["7_1", "8_1", "i0"]},
    ]
    fitb = read_fitb(written(tmp_path, json.dumps(official)), dataset)

    assert fitb.name == "some_questions"
    assert fitb.dropped == {}
    assert fitb.questions == (
        FitbQuestion(
            context=(5, 4),
            candidates=(2, 0, 3),
            answer=2,
            context_ids=("7_1", "7_2"),
            candidate_ids=("8_1", "i0", "7_4"),
        ),
        FitbQuestion(
            context=(3, 4),
            candidates=(5, 2, 0),
            answer=0,
            context_ids=("7_4", "7_2"),
            candidate_ids=("7_1", "8_1", "i0"),
        ),
    )


def test_questions_that_cannot_be_asked_are_dropped_and_counted(
    tmp_path: Path, dataset: Dataset
) -> None:
    own = [
        {"context": ["i0"], "candidates": ["i1", "i2"], "answer": "i2"},
        {"context": ["i0"], "candidates": ["i5", "7_1"], "answer": "i5"},
        {"context": ["i0", "7_2"], "candidates": ["i1", "i4"], "answer": "i1"},
        {"context": [], "candidates": ["i1", "i4"], "answer": "i1"},
    ]
    fitb = read_fitb(written(tmp_path, "\n".join(map(json.dumps, own))), dataset)

    assert [question.candidates for question in fitb.questions] == [(1, 2)]
    assert fitb.dropped == {
        "candidates repeat or hold an item of the context": 2,
        "empty context": 1,
    }


def test_compatibility_is_read_from_both_formats(tmp_path: Path, dataset: Dataset) -> None:
    official = read_compatibility(written(tmp_path, "1 7_1 7_2\n0 8_1 i0 i1 \n1 7_1\n"), dataset)
    own_text = '{"items": ["7_1", "7_2"], "label": 1}\n{"items": ["8_1", "i0", "i1"], "label": 0}'
    own = read_compatibility(written(tmp_path, own_text), dataset)

    assert official.questions == own.questions
    assert official.dropped == {"fewer than two items": 1}
    assert own.questions == (
        CompatibilityQuestion(items=(5, 4), label=1, item_ids=("7_1", "7_2")),
        CompatibilityQuestion(items=(2, 0, 1), label=0, item_ids=("8_1", "i0", "i1")),
    )


@pytest.mark.parametrize(
    ("text", "row", "field"),
    [
        ('[{"question": ["7_1", "7_3"], "answers": ["7_2", "8_1"]}]', 1, "question[1]"),
        ('[{"question": ["7_1"], "answers": ["7_2", "9_1"]}]', 1, "answers[1]"),
        (
            '{"context": ["i0"], "candidates": ["i1", "i2"], "answer": "i1"}\n'
            '{"context": ["i0"], "candidates": ["i1", "z"], "answer": "i1"}',
            2,
            "candidates[1]",
        ),
    ],
)
def test_an_unknown_key_is_named_with_row_and_field(
    tmp_path: Path, dataset: Dataset, text: str, row: int, field: str
) -> None:
    file = written(tmp_path, text)

    with pytest.raises(UnknownItemError) as caught:
        read_fitb(file, dataset)

    assert (caught.value.file, caught.value.row, caught.value.field) == (file, row, field)


def test_an_unknown_key_of_an_outfit_is_named(tmp_path: Path, dataset: Dataset) -> None:
    with pytest.raises(UnknownItemError, match="'7_9'") as caught:
        read_compatibility(written(tmp_path, "1 7_1 7_2\n0 7_1 7_9\n"), dataset)

    assert (caught.value.row, caught.value.field) == (2, "items[1]")


def test_written_questions_are_read_back(tmp_path: Path, dataset: Dataset) -> None:
    fitb = FitbQuestion(
        context=(5, 4),
        candidates=(2, 0, 3),
        answer=2,
        context_ids=("7_1", "i4"),
        candidate_ids=("8_1", "i0", "7_4"),
    )
    pair = CompatibilityQuestion(items=(2, 0), label=0, item_ids=("8_1", "i0"))
    write_fitb(tmp_path / "fitb.jsonl", [fitb])
    write_compatibility(tmp_path / "cp.jsonl", [pair])

    assert read_fitb(tmp_path / "fitb.jsonl", dataset).questions == (fitb,)
    assert read_compatibility(tmp_path / "cp.jsonl", dataset).questions == (pair,)
    assert json.loads((tmp_path / "fitb.jsonl").read_text()) == {
        "context": ["7_1", "i4"],
        "candidates": ["8_1", "i0", "7_4"],
        "answer": "7_4",
    }
    assert json.loads((tmp_path / "cp.jsonl").read_text()) == {"items": ["8_1", "i0"], "label": 0}
