import json
from pathlib import Path

import pytest

from data.errors import InputError, SchemaError, UnreadableError
from data.question_files import read_compatibility_records, read_fitb_records

OWN = '{"context": ["a"], "candidates": ["b", "c"], "answer": "b"}'


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "questions"
    file.write_text(text)
    return file


def official(**changed: object) -> str:
    question = {"question": ["5_1", "5_2"], "blank_position": 3, "answers": ["9_3", "5_3"]}
    return json.dumps([question | changed])


def test_the_format_is_recognised_by_content(tmp_path: Path) -> None:
    [own] = read_fitb_records(written(tmp_path, OWN + "\n\n"))
    [theirs] = read_fitb_records(written(tmp_path, "  " + official()))

    assert (own.context, own.answer, own.candidates_field) == (("a",), "b", "candidates")
    assert (theirs.candidates, theirs.answer) == (("9_3", "5_3"), "5_3")


def test_blank_position_decides_where_chance_put_two_items_of_the_set(tmp_path: Path) -> None:
    text = official(answers=["5_4", "9_1", "5_3"])

    [question] = read_fitb_records(written(tmp_path, text))

    assert question.answer == "5_3"


@pytest.mark.parametrize("position", [0, 1, None])
def test_the_set_decides_where_blank_position_does_not(
    tmp_path: Path, position: int | None
) -> None:
    [question] = read_fitb_records(written(tmp_path, official(blank_position=position)))

    assert question.answer == "5_3"


def test_an_official_question_without_context_is_left_to_the_reader_to_drop(
    tmp_path: Path,
) -> None:
    [question] = read_fitb_records(written(tmp_path, official(question=[])))

    assert question.context == ()


def test_whole_numbers_are_taken_as_identifiers(tmp_path: Path) -> None:
    text = '{"context": [1], "candidates": [2, 3], "answer": 3}'

    [question] = read_fitb_records(written(tmp_path, text))

    assert (question.context, question.candidates, question.answer) == (("1",), ("2", "3"), "3")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (official(question=None), "question"),
        (official(answers="5_3"), "answers"),
        (official(answers=["5_3"]), "answers"),
        (official(answers=["9_3", "8_3"]), "answers"),
        (official(question=["5_1", {"id": 3}]), "question[1]"),
        (official(answers=["5_3", True]), "answers[1]"),
        ('{"candidates": ["b", "c"], "answer": "b"}', "context"),
        ('{"context": ["a"], "answer": "b"}', "candidates"),
        ('{"context": ["a"], "candidates": ["b", "c"], "answer": "d"}', "answer"),
        ('{"context": ["a"], "candidates": ["b", "c"]}', "answer"),
        ('{"context": ["a"], "candidates": [], "answer": "d"}', "candidates"),
    ],
)
def test_a_wrong_field_of_a_question_is_named(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(SchemaError) as caught:
        list(read_fitb_records(written(tmp_path, text)))

    assert (caught.value.row, caught.value.field) == (1, field)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", UnreadableError),
        ("[]", UnreadableError),
        ("[{]", UnreadableError),
        (OWN + "\n{", UnreadableError),
        ("1 a b\n", SchemaError),
        ("[3]", SchemaError),
    ],
)
def test_a_file_that_is_no_fill_in_the_blank_is_refused(
    tmp_path: Path, text: str, error: type[InputError]
) -> None:
    with pytest.raises(error):
        list(read_fitb_records(written(tmp_path, text)))


def test_labels_and_keys_are_read_from_text_and_blank_lines_are_none(tmp_path: Path) -> None:
    records = list(read_compatibility_records(written(tmp_path, "1 a b\n\n0 c d e\n")))

    assert [(record.row, record.label, record.items) for record in records] == [
        (1, 1, ("a", "b")),
        (3, 0, ("c", "d", "e")),
    ]


@pytest.mark.parametrize(
    ("text", "row", "field"),
    [
        ("1 a b\n2 a b\n", 2, "label"),
        ("a b c\n", 1, "label"),
        ('{"items": ["a", "b"], "label": 1}\n{"items": ["a", "b"]}', 2, "label"),
        ('{"items": ["a", "b"], "label": true}', 1, "label"),
        ('{"items": ["a", "b"], "label": 2}', 1, "label"),
        ('{"items": "a", "label": 1}', 1, "items"),
        (OWN, 1, "label"),
    ],
)
def test_a_wrong_field_of_an_outfit_is_named(
    tmp_path: Path, text: str, row: int, field: str
) -> None:
    with pytest.raises(SchemaError) as caught:
        list(read_compatibility_records(written(tmp_path, text)))

    assert (caught.value.row, caught.value.field) == (row, field)


def test_fill_in_the_blank_is_not_taken_for_compatibility(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="got a JSON list"):
        list(read_compatibility_records(written(tmp_path, official())))
