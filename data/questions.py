"""Question sets: fill in the blank and compatibility, read from and written to files."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from data.dataset import Dataset
from data.errors import SchemaError
from data.json_files import write_json_lines
from data.question_files import read_compatibility_records, read_fitb_records
from data.question_keys import QuestionKeys

REPEATED = "candidates repeat or hold an item of the context"
NO_CONTEXT = "empty context"
TOO_FEW = "fewer than two items"


@dataclass(frozen=True, slots=True, kw_only=True)
class FitbQuestion:
    """Which candidate completes the context.

    `context` and `candidates` are rows of the dataset's items, `answer` is a position in
    `candidates`. The identifiers are as the file wrote them: only a control may read them.
    """

    context: tuple[int, ...]
    candidates: tuple[int, ...]
    answer: int
    context_ids: tuple[str, ...]
    candidate_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatibilityQuestion:
    """Whether the items, rows of the dataset, go together: label 1 or 0."""

    items: tuple[int, ...]
    label: int
    item_ids: tuple[str, ...]


Q = TypeVar("Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet(Generic[Q]):
    """Questions under one name, with the number of those left out for each reason."""

    name: str
    questions: tuple[Q, ...]
    dropped: dict[str, int]


FitbSet: TypeAlias = QuestionSet[FitbQuestion]
CompatibilitySet: TypeAlias = QuestionSet[CompatibilityQuestion]


def read_fitb(path: Path, dataset: Dataset) -> FitbSet:
    """Read fill-in-the-blank questions, official JSON or own JSONL, recognised by content.

    Raises:
        UnreadableError: the file is absent, empty or broken.
        SchemaError: a question lacks a field, or its answer is not among the candidates.
        UnknownItemError: a key is neither an item nor `<outfit_id>_<position>`.
    """
    keys = QuestionKeys(dataset=dataset, file=path)
    questions, dropped = [], Counter[str]()
    for record in read_fitb_records(path):
        question = FitbQuestion(
            context=keys.rows(record.context, record.row, record.context_field),
            candidates=keys.rows(record.candidates, record.row, record.candidates_field),
            answer=record.candidates.index(record.answer),
            context_ids=record.context,
            candidate_ids=record.candidates,
        )
        reason = _unfit(question)
        if reason:
            dropped[reason] += 1
        else:
            questions.append(question)
    return QuestionSet(name=path.stem, questions=tuple(questions), dropped=dict(dropped))


def read_compatibility(path: Path, dataset: Dataset) -> CompatibilitySet:
    """Read compatibility questions, official text or own JSONL, recognised by content.

    Raises:
        UnreadableError: the file is absent, empty or broken.
        SchemaError: a line lacks a field or its label is not 0 or 1.
        UnknownItemError: a key is neither an item nor `<outfit_id>_<position>`.
    """
    keys = QuestionKeys(dataset=dataset, file=path)
    questions, dropped = [], Counter[str]()
    for record in read_compatibility_records(path):
        rows = keys.rows(record.items, record.row, "items")
        if len(rows) < 2:
            dropped[TOO_FEW] += 1
            continue
        questions.append(
            CompatibilityQuestion(items=rows, label=record.label, item_ids=record.items)
        )
    return QuestionSet(name=path.stem, questions=tuple(questions), dropped=dict(dropped))


def write_fitb(path: Path, questions: Sequence[FitbQuestion]) -> None:
    """Write questions as JSONL: `{"context": [ids], "candidates": [ids], "answer": id}`."""
    write_json_lines(
        path,
        (
            {
                "context": question.context_ids,
                "candidates": question.candidate_ids,
                "answer": question.candidate_ids[question.answer],
            }
            for question in questions
        ),
    )


def write_compatibility(path: Path, questions: Sequence[CompatibilityQuestion]) -> None:
    """Write questions as JSONL: `{"items": [ids], "label": 0 or 1}`."""
    write_json_lines(
        path, ({"items": question.item_ids, "label": question.label} for question in questions)
    )


def refuse_empty(questions: QuestionSet[Any]) -> None:
    """Raise `SchemaError` where a set holds no question; the reasons for which are told."""
    if not questions.questions:
        reasons = ", ".join(f"{number} {why}" for why, number in questions.dropped.items())
        got = f"none; dropped: {reasons}" if reasons else "none"
        raise SchemaError(expected="at least one question", got=got, file=questions.name)


def _unfit(question: FitbQuestion) -> str | None:
    """Why a question cannot be asked, or none."""
    candidates = set(question.candidates)
    if not question.context:
        return NO_CONTEXT
    if len(candidates) < len(question.candidates) or candidates & set(question.context):
        return REPEATED
    return None
