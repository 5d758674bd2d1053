from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data.dataset import Dataset
from data.features import Feature
from data.negatives import NO_SLOT, NO_VECTOR, TOO_FEW_DISTRACTORS, NegativePool
from data.question_builder import build_fitb
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns


def shop(slots: list[str | None], outfits: list[list[int]]) -> Dataset:
    """Items of one category, a slot each."""
    items = pl.DataFrame(
        {"item_id": [f"i{row}" for row in range(len(slots))], "category": "c", "slot": slots}
    )
    table = pl.DataFrame(
        [
            (f"o{number}", place, f"i{row}", "valid")
            for number, rows in enumerate(outfits)
            for place, row in enumerate(rows)
        ],
        schema=OUTFIT_SCHEMA,
        orient="row",
    )
    return Dataset(folder=Path("shop"), items=empty_columns(items, ITEM_SCHEMA), outfits=table)


def feature(vectors: np.ndarray) -> Feature:
    return Feature(
        name="look",
        modality="vector",
        encoder="precomputed",
        vectors=vectors.astype(np.float32),
        present=(vectors != 0).any(axis=1),
    )


def circle(num_items: int) -> np.ndarray:
    """Item n lies n degrees from item 0, and is n + 1 long: cosine, not length, must count."""
    angle = np.deg2rad(np.arange(num_items))
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.arange(1, num_items + 1)[:, None]


def test_same_slot_negatives_share_the_slot() -> None:
    dataset = shop(["tops", "shoes"] * 20, [[row, row + 1] for row in range(0, 40, 2)])
    questions = build_fitb(dataset, "valid", negatives="same-slot", seed=0).questions
    assert len(questions) == 20
    for question in questions:
        assert len({row % 2 for row in question.candidates}) == 1


def test_an_item_without_a_slot_has_no_same_slot_negatives() -> None:
    dataset = shop([None] * 8, [[row, row + 1] for row in range(0, 8, 2)])
    built = build_fitb(dataset, "valid", negatives="same-slot", seed=0)
    assert (built.questions, built.dropped) == ((), {NO_SLOT: 4})


def test_popular_items_are_drawn_as_often_as_they_are_worn() -> None:
    outfits = [[0, 1]] * 6 + [[2, 3]] * 3 + [[4, 5]]
    pool = NegativePool.of_split(
        shop(["tops"] * 6, outfits), "valid", negatives="popularity", seed=0
    )
    drawn = Counter(int(pool.draw(np.int64(5), np.array([], np.int64), 1)[0]) for _ in range(4000))
    shares = [drawn[row] / 4000 for row in range(6)]
    assert np.allclose(shares, [0.3, 0.3, 0.15, 0.15, 0.05, 0.05], atol=0.03)


def test_random_items_are_drawn_alike_however_often_they_are_worn() -> None:
    outfits = [[0, 1]] * 6 + [[2, 3]] * 3 + [[4, 5]]
    pool = NegativePool.of_split(shop(["tops"] * 6, outfits), "valid", negatives="random", seed=0)
    drawn = Counter(int(pool.draw(np.int64(5), np.array([], np.int64), 1)[0]) for _ in range(4000))
    assert all(abs(number / 4000 - 1 / 6) < 0.03 for number in drawn.values())


def test_the_band_leaves_out_near_doubles_and_what_is_unlike() -> None:
    dataset = shop(["tops"] * 42, [[row, row + 1] for row in range(0, 42, 2)])
    pool = NegativePool.of_split(
        dataset, "valid", negatives="similarity-band", seed=0, feature=feature(circle(42))
    )
    nearest_first = list(range(1, 42))  # of the others of the category, seen from item 0
    drawn = {
        row for _ in range(100) for row in pool.draw(np.int64(0), np.array([0, 1]), 3).tolist()
    }
    assert drawn == set(nearest_first[4:16])


def test_an_item_without_a_vector_has_no_band_and_stands_in_none() -> None:
    vectors = circle(42)
    vectors[[0, 10]] = 0
    dataset = shop(["tops"] * 42, [[row, row + 1] for row in range(0, 42, 2)])
    pool = NegativePool.of_split(
        dataset, "valid", negatives="similarity-band", seed=0, feature=feature(vectors)
    )
    assert pool.draw(np.int64(0), np.array([0, 1]), 1) == NO_VECTOR
    drawn = {row for _ in range(50) for row in pool.draw(np.int64(2), np.array([2, 3]), 3).tolist()}
    assert 10 not in drawn


def test_a_band_too_thin_drops_the_question() -> None:
    dataset = shop(["tops"] * 4, [[0, 1], [2, 3]])
    built = build_fitb(
        dataset, "valid", negatives="similarity-band", seed=0, feature=feature(circle(4))
    )
    assert built.dropped == {TOO_FEW_DISTRACTORS: 2}


@pytest.mark.parametrize(
    ("negatives", "given"), [("similarity-band", None), ("random", feature(circle(4)))]
)
def test_a_feature_is_given_where_it_counts_and_nowhere_else(negatives, given) -> None:
    with pytest.raises(ValueError, match="a feature for the similarity band, and for it alone"):
        NegativePool.of_split(
            shop(["tops"] * 4, [[0, 1]]), "valid", negatives=negatives, seed=0, feature=given
        )
