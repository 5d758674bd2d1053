"""Retrieval questions: which item of the catalogue completes a context."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from data.dataset import Dataset
from data.errors import SchemaError
from data.json_files import write_json_lines
from data.negatives import REPEATED_ITEM
from data.question_files import read_retrieval_records
from data.question_keys import QuestionKeys
from data.questions import NO_CONTEXT, QuestionSet

TARGET_IN_CONTEXT: Final = "context holds the target"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalQuestion:
    """What completes the context: rows of the dataset, and their identifiers as written."""

    context: tuple[int, ...]
    target: int
    context_ids: tuple[str, ...]
    target_id: str


RetrievalSet: TypeAlias = QuestionSet[RetrievalQuestion]


def build_retrieval(dataset: Dataset, split: str, *, seed: int) -> RetrievalSet:
    """One question an outfit: a random item is taken out and asked for.

    Args:
        dataset: the imported tables.
        split: whose outfits become questions.
        seed: of every draw; equal seeds build equal questions.

    Raises:
        SchemaError: the split holds no outfit.
    """
    generator = np.random.default_rng(seed)
    item_ids = dataset.items["item_id"].to_list()
    outfits = [outfit.tolist() for outfit in dataset.outfit_rows(split)]
    if not outfits:
        raise SchemaError(expected=f"outfits in split {split!r}", got="none", file=dataset.folder)
    questions, repeated = [], 0
    for outfit in outfits:
        target = outfit[int(generator.integers(len(outfit)))]
        if len(set(outfit)) < len(outfit):
            repeated += 1
            continue
        context = tuple(row for row in outfit if row != target)
        questions.append(
            RetrievalQuestion(
                context=context,
                target=target,
                context_ids=tuple(item_ids[row] for row in context),
                target_id=item_ids[target],
            )
        )
    dropped = {REPEATED_ITEM: repeated} if repeated else {}
    return QuestionSet(name=f"retrieval {split}", questions=tuple(questions), dropped=dropped)


def read_retrieval(path: Path, dataset: Dataset) -> RetrievalSet:
    """Read retrieval questions, or any fill-in-the-blank file, whose right answer is the target.

    Raises:
        UnreadableError: the file is absent, empty or broken.
        SchemaError: a question lacks a field or names its answer wrongly.
        UnknownItemError: a key is neither an item nor `<outfit_id>_<position>`.
    """
    keys = QuestionKeys(dataset=dataset, file=path)
    questions, dropped = [], Counter[str]()
    for record in read_retrieval_records(path):
        question = RetrievalQuestion(
            context=keys.rows(record.context, record.row, record.context_field),
            target=keys.rows([record.target], record.row, record.target_field)[0],
            context_ids=record.context,
            target_id=record.target,
        )
        if not question.context:
            dropped[NO_CONTEXT] += 1
        elif question.target in question.context:
            dropped[TARGET_IN_CONTEXT] += 1
        else:
            questions.append(question)
    return QuestionSet(name=path.stem, questions=tuple(questions), dropped=dict(dropped))


def write_retrieval(path: Path, questions: Sequence[RetrievalQuestion]) -> None:
    """Write questions as JSONL: `{"context": [ids], "target": id}`."""
    write_json_lines(
        path,
        ({"context": question.context_ids, "target": question.target_id} for question in questions),
    )
