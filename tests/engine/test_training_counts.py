from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dataset import Dataset
from data.errors import BundleError
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns
from engine.training_counts import FILES, TrainingCounts


def shop(categories: list[str], outfits: list[list[int]]) -> Dataset:
    """Outfits of the training split, then one of the validation split that must not count."""
    ids = [f"i{row}" for row in range(len(categories))]
    rows = [
        (f"o{number}", place, ids[row], "train")
        for number, outfit in enumerate(outfits)
        for place, row in enumerate(outfit)
    ]
    rows += [("held out", place, ids[place], "valid") for place in range(2)]
    items = pl.DataFrame({"item_id": ids, "category": categories})
    return Dataset(
        folder=Path("shop"),
        items=empty_columns(items, ITEM_SCHEMA),
        outfits=pl.DataFrame(rows, schema=OUTFIT_SCHEMA, orient="row"),
    )


@given(st.lists(st.lists(st.integers(0, 5), min_size=2, max_size=4, unique=True), max_size=6))
def test_counts_equal_a_loop_over_the_outfits(outfits: list[list[int]]) -> None:
    categories = ["b", "a", "b", "c", "a", "c"]
    counts = TrainingCounts.count(shop(categories, outfits))
    pairs: dict[tuple[str, ...], int] = {}
    held: dict[str, int] = {}
    items: dict[str, int] = {}
    for outfit in outfits:
        for name in {categories[row] for row in outfit}:
            held[name] = held.get(name, 0) + 1
        for at, row in enumerate(outfit):
            items[f"i{row}"] = items.get(f"i{row}", 0) + 1
            for other in outfit[at + 1 :]:
                pair = tuple(sorted((categories[row], categories[other])))
                pairs[pair] = pairs.get(pair, 0) + 1
    found = {(first, second): n for first, second, n in counts.category_pairs.iter_rows()}
    assert found == pairs
    assert dict(counts.categories.iter_rows()) == held
    assert dict(counts.items.iter_rows()) == items


def test_any_split_can_be_counted() -> None:
    counts = TrainingCounts.count(shop(["a", "b"], []), "valid")
    assert counts.category_pairs.rows() == [("a", "b", 1)]


def test_counts_survive_writing_and_reading(tmp_path: Path) -> None:
    counts = TrainingCounts.count(shop(["a", "b", "a"], [[0, 1], [0, 1, 2]]))
    counts.write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES.values())
    read = TrainingCounts.read(tmp_path)
    for table in FILES:
        assert getattr(read, table).equals(getattr(counts, table))
        assert getattr(read, table).height > 0


def test_equal_outfits_write_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        TrainingCounts.count(shop(["a", "b", "c"], [[0, 1], [1, 2]])).write(tmp_path / name)
    for file in FILES.values():
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("file", FILES.values())
@pytest.mark.parametrize("content", [None, b"", b"PAR1 not a table PAR1"])
def test_a_missing_or_damaged_file_is_named(
    tmp_path: Path, file: str, content: bytes | None
) -> None:
    TrainingCounts.count(shop(["a", "b"], [[0, 1]])).write(tmp_path)
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(BundleError, match=file):
        TrainingCounts.read(tmp_path)
