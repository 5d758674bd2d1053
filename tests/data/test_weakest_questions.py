from pathlib import Path

import pytest

from data.errors import SchemaError
from data.negatives import REPEATED_ITEM
from data.weakest_questions import FEWER_THAN_THREE, build_weakest, read_weakest, write_weakest
from tests.data.test_question_builder import shop

OUTFITS = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_one_item_of_the_outfit_is_replaced_by_one_of_another() -> None:
    dataset = shop(["a", "b", "c"] * 3, OUTFITS)
    questions = build_weakest(dataset, "valid", negatives="same-category", seed=0).questions
    assert len(questions) == 3
    for outfit, question in zip(OUTFITS, questions, strict=True):
        changed = [at for at in range(3) if question.items[at] != outfit[at]]
        assert changed == [question.odd]
        assert question.items[question.odd] not in outfit
        assert question.items[question.odd] % 3 == outfit[question.odd] % 3


def test_the_odd_item_stands_anywhere_and_hangs_on_the_seed() -> None:
    dataset = shop(["a"] * 900, [[row, row + 1, row + 2] for row in range(0, 900, 3)])
    first, again, other = (
        build_weakest(dataset, "valid", negatives="random", seed=seed) for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other
    places = [question.odd for question in first.questions]
    assert all(abs(places.count(place) - 100) < 30 for place in range(3))


def test_of_two_items_neither_is_odd() -> None:
    dataset = shop(["a"] * 9, [[0, 1], [2, 3, 4], [5, 6, 5]])
    built = build_weakest(dataset, "valid", negatives="random", seed=0)
    assert len(built.questions) == 1
    assert built.dropped == {FEWER_THAN_THREE: 1, REPEATED_ITEM: 1}


def test_questions_survive_a_file(tmp_path: Path) -> None:
    dataset = shop(["a"] * 9, OUTFITS)
    questions = build_weakest(dataset, "valid", negatives="random", seed=0).questions
    write_weakest(tmp_path / "w.jsonl", questions)
    assert read_weakest(tmp_path / "w.jsonl", dataset).questions == questions


def test_a_file_drops_and_counts_what_cannot_be_asked(tmp_path: Path) -> None:
    (tmp_path / "w.jsonl").write_text(
        '{"items": ["i0", "i1"], "odd": "i1"}\n{"items": ["i0", "i1", "i0"], "odd": "i1"}\n'
    )
    read = read_weakest(tmp_path / "w.jsonl", shop(["a"] * 9, OUTFITS))
    assert read.dropped == {FEWER_THAN_THREE: 1, REPEATED_ITEM: 1}


def test_an_odd_item_that_is_not_of_the_outfit_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "w.jsonl").write_text('{"items": ["i0", "i1", "i2"], "odd": "i7"}\n')
    with pytest.raises(SchemaError, match="row 1, field 'odd': expected one of the items"):
        read_weakest(tmp_path / "w.jsonl", shop(["a"] * 9, OUTFITS))
