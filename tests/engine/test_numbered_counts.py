import polars as pl

from engine.numbered_counts import numbered_outfits, numbered_pairs
from engine.training_counts import TrainingCounts

COUNTS = TrainingCounts(
    category_pairs=pl.DataFrame(
        {"first": ["a", "a", "b"], "second": ["a", "c", "c"], "pairs": [2, 5, 3]}
    ),
    categories=pl.DataFrame({"category": ["a", "b", "c"], "outfits": [6, 3, 7]}),
    items=pl.DataFrame({"item_id": ["i"], "outfits": [1]}),
)


def test_outfits_stand_by_category_number_and_the_unknown_one_has_none() -> None:
    assert numbered_outfits(COUNTS, ["c", "new", "a"]).tolist() == [0, 7, 0, 6]


def test_pairs_stand_by_both_numbers_and_categories_without_a_number_are_left_out() -> None:
    assert numbered_pairs(COUNTS, ["c", "a"]).tolist() == [[0, 0, 0], [0, 0, 5], [0, 5, 2]]
