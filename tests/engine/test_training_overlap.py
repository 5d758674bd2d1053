from pathlib import Path

import polars as pl
import pytest

from data.dataset import Dataset
from data.questions import CompatibilityQuestion, FitbQuestion
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns
from engine.training_counts import TrainingCounts
from engine.training_overlap import TrainingOverlap, training_overlap

IDS = [f"i{row}" for row in range(8)]
ITEMS = empty_columns(pl.DataFrame({"item_id": IDS, "category": ["a"] * 8}), ITEM_SCHEMA)


@pytest.fixture
def counts() -> TrainingCounts:
    """Training saw i0, i1 and i2."""
    rows = [("o", place, IDS[place], "train") for place in range(3)]
    outfits = pl.DataFrame(rows, schema=OUTFIT_SCHEMA, orient="row")
    return TrainingCounts.count(Dataset(folder=Path("shop"), items=ITEMS, outfits=outfits))


def test_distinct_items_of_contexts_and_candidates_are_counted(counts: TrainingCounts) -> None:
    question = FitbQuestion(
        context=(0, 5), candidates=(1, 6), answer=0, context_ids=(), candidate_ids=()
    )
    found = training_overlap([question, question], ITEMS, counts)
    assert (found, found.share) == (TrainingOverlap(items=4, seen=2), 0.5)


def test_items_of_outfits_are_counted_by_identifier_not_by_row(counts: TrainingCounts) -> None:
    question = CompatibilityQuestion(items=(0, 1, 2), label=1, item_ids=())
    assert training_overlap([question], ITEMS, counts).seen == 3
    assert training_overlap([question], ITEMS.reverse(), counts).seen == 0


def test_no_questions_share_nothing(counts: TrainingCounts) -> None:
    found = training_overlap([], ITEMS, counts)
    assert (found.items, found.seen, found.share) == (0, 0, 0.0)
