"""The batch over shoes and bags numbered 0 to 9; the nearest numbers go together."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data.errors import (
    InputError,
    OutfitError,
    SchemaError,
    UnknownCategoryError,
    UnknownItemError,
)
from engine.batch import (
    QUESTIONS_AT_ONCE,
    BatchProgress,
    BatchRecommender,
    Wanted,
    errors_path,
    recommend_file,
)
from engine.outcomes import each
from engine.questions import ComplementsQuestion
from engine.requests import Complement, Filters, Item, ItemContent

BAD_LINES = ['{"items": ["7", "red"]}', "{", '{"context_id": "none", "items": []}']


class NumberShop:
    """Items are numbers; similarity falls by one with each step from the mean of the context."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def complements_of_each(
        self, questions: Sequence[ComplementsQuestion]
    ) -> list[list[Complement] | OutfitError]:
        self.sizes.append(len(questions))
        return each(_complements, questions)


def _complements(question: ComplementsQuestion) -> list[Complement]:
    mean, slot, filters = _mean(question.context), question.slot.category, question.filters
    if slot not in {"shoes", "bags"}:
        raise UnknownCategoryError(expected="shoes or bags", got="hats", field="slot.category")
    least = question.min_relevance
    return [
        Complement(
            item_id=f"{slot}-{number}",
            similarity=-abs(mean - number),
            relevance=1 - abs(mean - number) / 16,
        )
        for number in sorted(range(10), key=lambda number: abs(mean - number))
        if filters.min_price is None or number >= filters.min_price
        if least is None or 1 - abs(mean - number) / 16 >= least
    ][: question.k]


def _mean(context: Sequence[Item]) -> float:
    for position, item in enumerate(context):
        if item == "full":
            raise InputError(expected="room", got="a full disk")
        if isinstance(item, str) and not item.isdecimal():
            raise UnknownItemError(expected="a number", got=item, field=f"context[{position}]")
    numbers = [0 if isinstance(item, ItemContent) else int(item) for item in context]
    return sum(numbers) / len(numbers)


def asking(
    *slots: str,
    k: int = 2,
    filters: Filters | None = None,
    min_relevance: float | None = None,
) -> BatchRecommender:
    wanted = Wanted(
        slots=slots or ("shoes",), k=k, filters=filters or Filters(), min_relevance=min_relevance
    )
    return BatchRecommender(engine=NumberShop(), wanted=wanted)


def run(
    folder: Path, lines: Sequence[str], recommender: BatchRecommender, out: str = "out.parquet"
) -> BatchProgress:
    (folder / "contexts.jsonl").write_text("\n".join(lines))
    *_, end = recommend_file(recommender, folder / "contexts.jsonl", folder / out)
    return end


def errors(folder: Path) -> list[dict[str, Any]]:
    text = errors_path(folder / "out.parquet").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_every_context_is_answered_in_order_slot_by_slot_best_first(tmp_path: Path):
    lines = ['{"context_id": "late", "items": ["8", "9"]}', '{"items": [1, {"title": "Hat"}]}']
    end = run(tmp_path, lines, asking("shoes", "bags"))
    expected = [
        ("late", "shoes", 1, "shoes-8", -0.5, 0.96875),
        ("late", "shoes", 2, "shoes-9", -0.5, 0.96875),
        ("late", "bags", 1, "bags-8", -0.5, 0.96875),
        ("late", "bags", 2, "bags-9", -0.5, 0.96875),
        ("2", "shoes", 1, "shoes-0", -0.5, 0.96875),
        ("2", "shoes", 2, "shoes-1", -0.5, 0.96875),
        ("2", "bags", 1, "bags-0", -0.5, 0.96875),
        ("2", "bags", 2, "bags-1", -0.5, 0.96875),
    ]
    assert pl.read_parquet(tmp_path / "out.parquet").rows() == expected
    assert end == BatchProgress(total=2, done=2, num_complements=8)
    run(tmp_path, lines, asking("shoes", "bags"), "out.jsonl")
    assert pl.read_ndjson(tmp_path / "out.jsonl").rows() == expected
    assert not errors_path(tmp_path / "out.parquet").exists()


def test_the_least_relevance_shortens_the_answer_or_leaves_none(tmp_path: Path):
    lines = ['{"items": ["5"]}']
    for least, number in ((None, 4), (1 - 1 / 16, 3), (1.0, 1)):
        end = run(tmp_path, lines, asking(k=4, min_relevance=least))
        assert end.num_complements == number
    end = run(tmp_path, ['{"items": ["5", "6"]}'], asking(k=4, min_relevance=1.0))
    assert (end.num_complements, end.num_unfilled) == (0, 1)


def test_a_bad_line_is_listed_once_and_the_others_are_answered(tmp_path: Path):
    lines = ['{"items": ["3"]}', *BAD_LINES, '{"items": ["5"]}']
    end = run(tmp_path, lines, asking("shoes", "bags", k=1))
    table = pl.read_parquet(tmp_path / "out.parquet")
    assert table["item_id"].to_list() == ["shoes-3", "bags-3", "shoes-5", "bags-5"]
    assert (end.total, end.done, end.failed) == (5, 5, 3)
    unknown, broken, empty = errors(tmp_path)
    assert unknown == {
        "line": 2,
        "context_id": "2",
        "field": "items[1]",
        "expected": "a number",
        "got": "red",
    }
    assert (broken["line"], broken["field"], broken["expected"]) == (3, None, "JSON")
    assert (empty["line"], empty["context_id"], empty["field"]) == (4, "none", "items")


def test_what_stands_beside_a_context_does_not_change_its_answer(tmp_path: Path):
    lines = [
        BAD_LINES[n % 3] if n % 7 in (1, 2, 5) else json.dumps({"items": [n % 10, n % 4]})
        for n in range(2 * QUESTIONS_AT_ONCE + 10)
    ]
    recommender = asking("shoes", "bags", k=3)
    end = run(tmp_path, lines, recommender)
    bad = [n for n in range(1, len(lines) + 1) if (n - 1) % 7 in (1, 2, 5)]
    assert [error["line"] for error in errors(tmp_path)] == bad
    assert end.failed == len(bad)
    expected = [
        (str(n + 1), f"{slot}-{number}")
        for n in range(len(lines))
        if n + 1 not in bad
        for slot in ("shoes", "bags")
        for number in sorted(range(10), key=lambda one: abs((n % 10 + n % 4) / 2 - one))[:3]
    ]
    table = pl.read_parquet(tmp_path / "out.parquet")
    assert table.select("context_id", "item_id").rows() == expected
    assert isinstance(recommender.engine, NumberShop)
    assert max(recommender.engine.sizes) <= QUESTIONS_AT_ONCE


def test_many_contexts_are_asked_at_once(tmp_path: Path):
    recommender = asking("shoes", "bags")
    run(tmp_path, ['{"items": ["1"]}'] * QUESTIONS_AT_ONCE, recommender)
    assert isinstance(recommender.engine, NumberShop)
    assert recommender.engine.sizes == [1, 1, QUESTIONS_AT_ONCE, QUESTIONS_AT_ONCE]


def test_filters_and_k_reach_the_engine_and_what_they_leave_empty_is_counted(tmp_path: Path):
    end = run(tmp_path, ['{"items": ["1"]}'], asking(k=2, filters=Filters(min_price=4.0)))
    assert pl.read_parquet(tmp_path / "out.parquet")["item_id"].to_list() == ["shoes-4", "shoes-5"]
    assert end.num_unfilled == 0
    end = run(
        tmp_path, ['{"items": ["1"]}'], asking("shoes", "bags", filters=Filters(min_price=99.0))
    )
    assert (end.num_unfilled, end.num_complements, end.failed) == (2, 0, 0)
    assert pl.read_parquet(tmp_path / "out.parquet").is_empty()


def test_errors_of_an_earlier_run_do_not_stay(tmp_path: Path):
    run(tmp_path, ['{"items": ["1"]}', "{"], asking())
    assert len(errors(tmp_path)) == 1
    run(tmp_path, ['{"items": ["1"]}'], asking())
    assert not errors_path(tmp_path / "out.parquet").exists()


def test_a_file_of_bad_lines_only_is_an_error_that_names_the_first(tmp_path: Path):
    (tmp_path / "out.parquet").write_text("before")
    with pytest.raises(SchemaError, match="every line failed") as raised:
        run(tmp_path, [*BAD_LINES, *["{"] * QUESTIONS_AT_ONCE], asking())
    place = (raised.value.file, raised.value.row, raised.value.field)
    assert place == (tmp_path / "contexts.jsonl", 1, "items[1]")
    assert (tmp_path / "out.parquet").read_text() == "before"
    assert [error["line"] for error in errors(tmp_path)] == list(range(1, QUESTIONS_AT_ONCE + 4))


def test_an_unknown_slot_ends_the_run_before_it_starts(tmp_path: Path):
    with pytest.raises(UnknownCategoryError) as raised:
        run(tmp_path, ['{"items": ["1"]}'], asking("shoes", "hats"))
    assert (raised.value.field, raised.value.got) == ("slots", "hats")
    assert [path.name for path in tmp_path.iterdir()] == ["contexts.jsonl"]


def test_an_error_about_no_context_ends_the_run(tmp_path: Path):
    with pytest.raises(InputError, match="full"):
        run(tmp_path, ['{"items": ["1"]}', '{"items": ["full"]}'], asking())
    assert [path.name for path in tmp_path.iterdir()] == ["contexts.jsonl"]


def test_the_contexts_are_not_overwritten(tmp_path: Path):
    with pytest.raises(InputError, match="another file"):
        run(tmp_path, ['{"items": ["1"]}'], asking(), "contexts.jsonl")
    assert (tmp_path / "contexts.jsonl").read_text() == '{"items": ["1"]}'


def test_a_run_that_is_stopped_leaves_nothing(tmp_path: Path):
    contexts = tmp_path / "contexts.jsonl"
    contexts.write_text('{"items": ["1"]}\n{\n' * QUESTIONS_AT_ONCE)
    steps = recommend_file(asking(), contexts, tmp_path / "out.parquet")
    first = next(steps)
    assert first == BatchProgress(
        total=2 * QUESTIONS_AT_ONCE,
        done=QUESTIONS_AT_ONCE,
        failed=QUESTIONS_AT_ONCE // 2,
        num_complements=QUESTIONS_AT_ONCE,
    )
    steps.close()
    assert [path.name for path in tmp_path.iterdir()] == ["contexts.jsonl"]
