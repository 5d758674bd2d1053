"""Weakest-item questions: which item of an outfit does not belong there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from data.dataset import Dataset
from data.features import Feature
from data.json_files import write_json_lines
from data.negatives import REPEATED_ITEM, NegativePool, Negatives
from data.question_files import read_weakest_records
from data.question_keys import QuestionKeys
from data.questions import QuestionSet

MIN_ITEMS: Final = 3
"""Of two items neither is the odd one."""
FEWER_THAN_THREE: Final = "fewer than three items"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakestQuestion:
    """An outfit as rows of the dataset; `odd` is the position of the item that was planted."""

    items: tuple[int, ...]
    odd: int
    item_ids: tuple[str, ...]


WeakestSet: TypeAlias = QuestionSet[WeakestQuestion]


def build_weakest(
    dataset: Dataset,
    split: str,
    *,
    negatives: Negatives,
    seed: int,
    feature: Feature | None = None,
) -> WeakestSet:
    """One question an outfit: a random item is replaced by a stand-in, which is the odd one.

    Args:
        dataset: the imported tables.
        split: whose outfits become questions.
        negatives: where stand-ins come from, as `NegativePool` says.
        seed: of every draw; equal seeds build equal questions.
        feature: of the dataset's items, for the similarity band alone.

    Raises:
        SchemaError: the split holds no outfit.
    """
    pool = NegativePool.of_split(dataset, split, negatives=negatives, seed=seed, feature=feature)
    questions: list[WeakestQuestion] = []
    dropped: Counter[str] = Counter()
    for outfit in dataset.outfit_rows(split):
        odd = int(pool.generator.integers(len(outfit)))
        drawn = pool.draw(outfit[odd], outfit, 1) if len(outfit) >= MIN_ITEMS else FEWER_THAN_THREE
        if isinstance(drawn, str):
            dropped[drawn] += 1
            continue
        rows = outfit.copy()
        rows[odd] = drawn[0]
        items = tuple(rows.tolist())
        questions.append(WeakestQuestion(items=items, odd=odd, item_ids=pool.ids(rows)))
    name = f"weakest {split} {negatives}"
    return QuestionSet(name=name, questions=tuple(questions), dropped=dict(dropped))


def read_weakest(path: Path, dataset: Dataset) -> WeakestSet:
    """Read weakest-item questions.

    Raises:
        UnreadableError: the file is absent, empty or broken.
        SchemaError: a line lacks a field, or its odd item is not one of its items.
        UnknownItemError: a key is neither an item nor `<outfit_id>_<position>`.
    """
    keys = QuestionKeys(dataset=dataset, file=path)
    questions, dropped = [], Counter[str]()
    for record in read_weakest_records(path):
        rows = keys.rows(record.items, record.row, "items")
        if len(rows) < MIN_ITEMS:
            dropped[FEWER_THAN_THREE] += 1
        elif len(set(rows)) < len(rows):
            dropped[REPEATED_ITEM] += 1
        else:
            odd = record.items.index(record.odd)
            questions.append(WeakestQuestion(items=rows, odd=odd, item_ids=record.items))
    return QuestionSet(name=path.stem, questions=tuple(questions), dropped=dict(dropped))


def write_weakest(path: Path, questions: Sequence[WeakestQuestion]) -> None:
    """Write questions as JSONL: `{"items": [ids], "odd": id}`."""
    write_json_lines(
        path,
        (
            {"items": question.item_ids, "odd": question.item_ids[question.odd]}
            for question in questions
        ),
    )
