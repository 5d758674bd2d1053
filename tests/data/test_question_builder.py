from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dataset import Dataset
from data.errors import SchemaError
from data.negatives import NO_CATEGORY, REPEATED_ITEM, TOO_FEW_DISTRACTORS
from data.question_builder import build_compatibility, build_fitb
from data.questions import read_fitb, write_fitb
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns


def shop(categories: list[str], outfits: list[list[int]], split: str = "valid") -> Dataset:
    items = pl.DataFrame(
        {"item_id": [f"i{row}" for row in range(len(categories))], "category": categories}
    )
    table = pl.DataFrame(
        [
            (f"o{number}", place, f"i{row}", split)
            for number, rows in enumerate(outfits)
            for place, row in enumerate(rows)
        ],
        schema=OUTFIT_SCHEMA,
        orient="row",
    )
    return Dataset(folder=Path("shop"), items=empty_columns(items, ITEM_SCHEMA), outfits=table)


@st.composite
def shops(draw: st.DrawFn) -> Dataset:
    categories = draw(st.lists(st.sampled_from("abc"), min_size=8, max_size=40))
    rows = st.integers(0, len(categories) - 1)
    outfit = st.lists(rows, min_size=2, max_size=5, unique=True)
    return shop(categories, draw(st.lists(outfit, min_size=1, max_size=8)))


NEGATIVES = st.sampled_from(["random", "same-category"])


@given(shops(), NEGATIVES, st.integers(0, 99))
def test_distractors_are_distinct_and_never_of_the_outfit(dataset, negatives, seed) -> None:
    outfits = {frozenset(rows.tolist()) for rows in dataset.outfit_rows("valid")}
    worn = frozenset().union(*outfits)
    built = build_fitb(dataset, "valid", negatives=negatives, seed=seed)
    for question in built.questions:
        distractors = set(question.candidates) - {question.candidates[question.answer]}
        outfit = set(question.context) | {question.candidates[question.answer]}
        assert len(question.candidates) == 4
        assert len(distractors) == 3
        assert outfit in outfits
        assert not distractors & outfit
        assert distractors <= worn
    assert len(built.questions) + sum(built.dropped.values()) == len(dataset.outfit_rows("valid"))


@given(shops(), st.integers(0, 99))
def test_same_category_distractors_share_the_category_of_the_answer(dataset, seed) -> None:
    built = build_fitb(dataset, "valid", negatives="same-category", seed=seed, candidates=2)
    for question in built.questions:
        assert len({dataset.items["category"][row] for row in question.candidates}) == 1


@given(shops(), NEGATIVES, st.integers(0, 99))
def test_a_negative_outfit_replaces_every_item_by_another(dataset, negatives, seed) -> None:
    questions = build_compatibility(dataset, "valid", negatives=negatives, seed=seed).questions
    categories = dataset.items["category"].to_list()
    for positive, negative in zip(questions[::2], questions[1::2], strict=True):
        assert (positive.label, negative.label) == (1, 0)
        assert len(set(positive.items) | set(negative.items)) == 2 * len(positive.items)
        if negatives == "same-category":
            assert [categories[row] for row in positive.items] == [
                categories[row] for row in negative.items
            ]


@given(shops(), NEGATIVES)
def test_equal_seeds_build_equal_questions(dataset, negatives) -> None:
    for build in (build_fitb, build_compatibility):
        first = build(dataset, "valid", negatives=negatives, seed=5)
        assert first == build(dataset, "valid", negatives=negatives, seed=5)


def test_other_seeds_build_other_questions() -> None:
    dataset = shop(["a"] * 40, [[row, row + 1, row + 2] for row in range(0, 39, 3)])
    for build in (build_fitb, build_compatibility):
        first = build(dataset, "valid", negatives="random", seed=5)
        assert first != build(dataset, "valid", negatives="random", seed=6)


def test_answers_and_distractors_are_spread_evenly() -> None:
    dataset = shop(["a"] * 800, [[row, row + 1] for row in range(0, 800, 2)])
    questions = build_fitb(dataset, "valid", negatives="random", seed=0).questions
    answers = Counter(question.answer for question in questions)
    assert all(abs(answers[position] - 100) < 35 for position in range(4))
    blanks = Counter(question.context[0] % 2 for question in questions)
    assert abs(blanks[0] - 200) < 40
    drawn = [row for question in questions for row in question.candidates]
    assert abs(sum(row < 400 for row in drawn) / len(drawn) - 0.5) < 0.05


def test_distractors_come_only_from_outfits_of_the_split() -> None:
    dataset = shop(["a"] * 12, [[0, 1], [2, 3], [4, 5]])
    questions = build_fitb(dataset, "valid", negatives="random", seed=0).questions
    assert len(questions) == 3
    assert all(max(question.candidates) <= 5 for question in questions)


def test_too_few_distractors_drop_the_question_and_are_counted() -> None:
    dataset = shop(["a", "a", "a", "b"], [[0, 3], [1, 2]])
    fitb = build_fitb(dataset, "valid", negatives="same-category", seed=0)
    assert (fitb.questions, fitb.dropped) == ((), {TOO_FEW_DISTRACTORS: 2})
    pairs = build_compatibility(dataset, "valid", negatives="same-category", seed=0)
    assert pairs.dropped == {TOO_FEW_DISTRACTORS: 2}


def test_items_without_a_category_have_no_same_category_negatives() -> None:
    dataset = shop(["unknown"] * 9, [[0, 1], [2, 3], [4, 5]])
    same = build_fitb(dataset, "valid", negatives="same-category", seed=0)
    assert (same.questions, same.dropped) == ((), {NO_CATEGORY: 3})
    assert len(build_fitb(dataset, "valid", negatives="random", seed=0).questions) == 3


def test_an_outfit_with_a_repeated_item_is_dropped_and_counted() -> None:
    dataset = shop(["a"] * 9, [[0, 1, 0], [2, 3], [4, 5]])
    built = build_fitb(dataset, "valid", negatives="random", seed=0)
    assert (len(built.questions), built.dropped) == (2, {REPEATED_ITEM: 1})


def test_identifiers_name_the_rows_and_survive_a_file(tmp_path: Path) -> None:
    dataset = shop(["a"] * 9, [[0, 1, 2], [3, 4], [5, 6]])
    questions = build_fitb(dataset, "valid", negatives="random", seed=0).questions
    write_fitb(tmp_path / "questions.jsonl", questions)
    assert read_fitb(tmp_path / "questions.jsonl", dataset).questions == questions
    built = build_compatibility(dataset, "valid", negatives="random", seed=0).questions
    assert all(each.item_ids == tuple(f"i{row}" for row in each.items) for each in built)


def test_a_split_without_outfits_is_refused_by_name() -> None:
    dataset = shop(["a"] * 9, [[0, 1]])
    with pytest.raises(SchemaError, match="outfits in split 'test', got none"):
        build_fitb(dataset, "test", negatives="random", seed=0)


def test_fewer_than_two_candidates_are_no_question() -> None:
    with pytest.raises(ValueError, match="at least 2 candidates, got 1"):
        build_fitb(shop(["a"], [[0, 0]]), "valid", negatives="random", seed=0, candidates=1)
