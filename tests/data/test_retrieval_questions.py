from pathlib import Path

import pytest

from data.dataset import Dataset
from data.errors import SchemaError, UnknownItemError
from data.negatives import REPEATED_ITEM
from data.questions import NO_CONTEXT
from data.retrieval_questions import (
    TARGET_IN_CONTEXT,
    build_retrieval,
    read_retrieval,
    write_retrieval,
)
from tests.data.test_question_builder import shop


@pytest.fixture
def dataset() -> Dataset:
    return shop(["a"] * 12, [[0, 1, 2], [3, 4], [5, 6, 7, 8]])


def test_a_question_takes_one_item_out_of_its_outfit(dataset: Dataset) -> None:
    questions = build_retrieval(dataset, "valid", seed=0).questions
    outfits = [set(rows.tolist()) for rows in dataset.outfit_rows("valid")]
    assert [{*each.context, each.target} for each in questions] == outfits
    assert all(each.target not in each.context for each in questions)
    assert all(each.target_id == f"i{each.target}" for each in questions)


def test_targets_are_spread_over_positions_and_hang_on_the_seed() -> None:
    dataset = shop(["a"] * 800, [[row, row + 1] for row in range(0, 800, 2)])
    first, again, other = (build_retrieval(dataset, "valid", seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert abs(sum(each.target % 2 for each in first.questions) - 200) < 40


def test_an_outfit_with_a_repeated_item_is_dropped_and_counted() -> None:
    built = build_retrieval(shop(["a"] * 4, [[0, 1, 0], [2, 3]]), "valid", seed=0)
    assert (len(built.questions), built.dropped) == (1, {REPEATED_ITEM: 1})


def test_questions_survive_a_file(dataset: Dataset, tmp_path: Path) -> None:
    questions = build_retrieval(dataset, "valid", seed=0).questions
    write_retrieval(tmp_path / "r.jsonl", questions)
    assert read_retrieval(tmp_path / "r.jsonl", dataset).questions == questions


@pytest.mark.parametrize(
    "text",
    [
        '{"context": ["i0", "i1"], "candidates": ["i5", "i2"], "answer": "i2"}',
        '[{"question": ["o0_0", "o0_1"], "answers": ["o1_0", "o0_2"], "blank_position": 2}]',
    ],
)
def test_the_right_answer_of_a_fill_in_the_blank_file_is_the_target(
    text: str, dataset: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "f.json").write_text(text)
    (question,) = read_retrieval(tmp_path / "f.json", dataset).questions
    assert (question.context, question.target) == ((0, 1), 2)


def test_questions_that_cannot_be_asked_are_dropped_and_counted(
    dataset: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "r.jsonl").write_text(
        '{"context": [], "target": "i1"}\n{"context": ["i1"], "target": "i1"}\n'
    )
    read = read_retrieval(tmp_path / "r.jsonl", dataset)
    assert (read.questions, read.dropped) == ((), {NO_CONTEXT: 1, TARGET_IN_CONTEXT: 1})


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ('{"context": ["i1"], "target": []}', SchemaError, "row 1, field 'target'"),
        ('{"context": "i1", "target": "i2"}', SchemaError, "row 1, field 'context'"),
        ('{"context": ["i1"], "target": "z"}', UnknownItemError, "field 'target\\[0\\]'"),
        ('{"context": ["i1"]}', SchemaError, "field 'candidates'"),
    ],
)
def test_a_wrong_line_is_refused_with_its_place(
    text: str, error: type[Exception], message: str, dataset: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "r.jsonl").write_text(text)
    with pytest.raises(error, match=message):
        read_retrieval(tmp_path / "r.jsonl", dataset)


def test_a_split_without_outfits_is_refused_by_name(dataset: Dataset) -> None:
    with pytest.raises(SchemaError, match="outfits in split 'test', got none"):
        build_retrieval(dataset, "test", seed=0)
