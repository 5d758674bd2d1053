from pathlib import Path

import polars as pl
import pytest

from data.dataset import Dataset
from data.questions import CompatibilityQuestion, FitbQuestion
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns
from engine.training_counts import TrainingCounts
from engine.training_overlap import Shared, training_overlap
from engine.training_record import TrainingRecord

IDS = [f"i{row}" for row in range(8)]
GROUPS = [None, "shirt", "shirt", "shirt", "boot", "boot", None, "hat"]
ITEMS = empty_columns(
    pl.DataFrame({"item_id": IDS, "category": ["a"] * 8, "group_id": GROUPS}), ITEM_SCHEMA
)


@pytest.fixture
def record() -> TrainingRecord:
    """Training saw i0, and two of the three shirts: i1 and i2."""
    rows = [("o", place, IDS[place], "train") for place in range(3)]
    outfits = pl.DataFrame(rows, schema=OUTFIT_SCHEMA, orient="row")
    dataset = Dataset(folder=Path("shop"), items=ITEMS, outfits=outfits)
    return TrainingRecord.of(TrainingCounts.count(dataset), ITEMS)


def test_distinct_items_of_contexts_and_candidates_are_counted(record: TrainingRecord) -> None:
    question = FitbQuestion(
        context=(0, 5), candidates=(1, 6), answer=0, context_ids=(), candidate_ids=()
    )
    found = training_overlap([question, question], ITEMS, record)
    assert (found.items, found.items.share) == (Shared(number=4, seen=2), 0.5)


def test_a_new_colour_of_a_product_that_was_seen_is_counted_by_its_group(
    record: TrainingRecord,
) -> None:
    question = CompatibilityQuestion(items=(3, 4, 6), label=1, item_ids=())
    found = training_overlap([question], ITEMS, record)
    assert found.items.seen == 0
    assert (found.groups, found.groups.share) == (Shared(number=2, seen=1), 0.5)


def test_items_of_outfits_are_counted_by_identifier_not_by_row(record: TrainingRecord) -> None:
    question = CompatibilityQuestion(items=(0, 1, 2), label=1, item_ids=())
    assert training_overlap([question], ITEMS, record).items.seen == 3
    assert training_overlap([question], ITEMS.reverse(), record).items.seen == 0


def test_no_questions_share_nothing(record: TrainingRecord) -> None:
    found = training_overlap([], ITEMS, record)
    assert found.items == found.groups == Shared(number=0, seen=0)
    assert found.as_report()["share"] == found.as_report()["groups_share"] == 0.0
