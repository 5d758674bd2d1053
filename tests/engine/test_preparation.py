from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from data.errors import SchemaError
from data.slots import SLOTS
from engine import preparation as preparation_module
from engine.preparation import Bag, FrozenFeature, Preparation
from tests.engine.planted import complete, feature_of

SLOT_NUMBER = {name: number for number, name in enumerate(SLOTS, start=1)}
NUM = 60


def table(**columns: list[object]) -> pl.DataFrame:
    return complete(
        pl.DataFrame(
            {
                "item_id": [f"i{row}" for row in range(NUM)],
                "category": (["coats", "boots", "unknown"] * NUM)[:NUM],
                **columns,
            }
        )
    )


@pytest.fixture
def items() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    fabrics, brands = (
        [words[at] for at in rng.integers(len(words), size=NUM)]
        for words in (("silk", "wool", "denim"), ("Acme", "Bolt"))
    )
    return table(
        slot=(["outerwear", "shoes", None] * NUM)[:NUM],
        title=[
            f"{brand} {fabric}" if row % 7 else None
            for row, (brand, fabric) in enumerate(zip(brands, fabrics, strict=True))
        ],
        attributes=[
            [{"name": "Fabric", "value": fabric}, {"name": "Brand", "value": brand}]
            if row % 5
            else []
            for row, (brand, fabric) in enumerate(zip(brands, fabrics, strict=True))
        ],
    )


@pytest.fixture
def look() -> np.ndarray:
    vectors = np.random.default_rng(1).normal(size=(NUM, 5)).astype(np.float32)
    vectors[::6] = 0
    return vectors


@pytest.fixture
def preparation(items, look) -> Preparation:
    return fit(items, look)


def fit(
    items: pl.DataFrame, look: np.ndarray, rows: np.ndarray | None = None, *, width: int = 4
) -> Preparation:
    rows = np.arange(NUM) if rows is None else rows
    return Preparation.fit(items, {"look": feature_of("look", look)}, rows, width=width, seed=0)


def blocks(
    preparation: Preparation, items: pl.DataFrame, look: np.ndarray
) -> dict[str, np.ndarray]:
    content = preparation.apply(items, {"look": feature_of("look", look)}).content.numpy()
    ends = np.cumsum(list(preparation.widths.values()))
    return dict(zip(preparation.widths, np.split(content, ends[:-1], axis=1), strict=True))


def test_features_come_first_then_words_then_attributes(preparation) -> None:
    assert [part.name for part in preparation.modalities] == ["look", "words", "attributes"]
    assert preparation.widths == {"look": 4, "words": 4, "attributes": 5}
    assert preparation.encoders() == {"look": "precomputed"}
    assert preparation.dims() == {"look": 5}


def test_categories_are_sorted_and_an_unknown_one_has_no_number(preparation, items) -> None:
    assert preparation.categories == ("boots", "coats")
    features = preparation.apply(items, {})
    assert features.category[:3].tolist() == [2, 1, 0]
    assert features.slot[:3].tolist() == [SLOT_NUMBER["outerwear"], SLOT_NUMBER["shoes"], 0]


@pytest.mark.parametrize(
    ("category", "slot", "expected"),
    [
        ("coats", None, (2, "outerwear")),
        ("coats", "bags", (2, "bags")),
        ("Sneakers", None, (0, "shoes")),
        ("zeppelin", None, (0, None)),
        ("zeppelin", "hats", (0, "hats")),
        ("shoes", None, (0, "shoes")),
        (None, None, (0, None)),
        ("unknown", None, (0, None)),
    ],
)
def test_a_slot_is_what_is_given_else_what_training_or_the_table_of_names_says(
    preparation, category, slot, expected
) -> None:
    numbers = preparation.numbers([category], [slot])
    number, name = expected
    assert (numbers[0].item(), numbers[1].item()) == (number, SLOT_NUMBER.get(name or "", 0))


def test_a_category_has_the_slot_that_most_of_its_items_have() -> None:
    wear = ["hats" if row < NUM * 2 // 3 else "bags" for row in range(NUM)]
    preparation = fit(table(category=["gizmo"] * NUM, slot=wear), np.zeros((NUM, 5), np.float32))
    assert (preparation.categories, preparation.slots) == (("gizmo",), ("hats",))


def test_items_without_a_slot_have_no_say_in_that_of_their_category() -> None:
    wear = ["hats" if row < 5 else None for row in range(NUM)]
    preparation = fit(table(category=["gizmo"] * NUM, slot=wear), np.zeros((NUM, 5), np.float32))
    assert preparation.slots == ("hats",)


def test_only_the_items_of_training_outfits_are_learned_from(items, look) -> None:
    rows = np.arange(0, NUM, 3)  # coats
    preparation = fit(items, look, rows)
    assert preparation.categories == ("coats",)
    alone = fit(items[rows], look[rows], np.arange(len(rows)))
    changed = look.copy()
    changed[1::3] = 1000
    for other in (alone, fit(items, changed, rows)):
        for part, same in zip(preparation.modalities, other.modalities, strict=True):
            assert type(part) is type(same)
            if isinstance(part, Bag):
                assert part.bag.words == same.bag.words
            else:
                np.testing.assert_array_equal(part.whitening.mean, same.whitening.mean)


def test_every_present_modality_has_unit_length_and_an_absent_one_is_zero(
    preparation, items, look
) -> None:
    rows = np.arange(NUM)
    present = {"look": rows % 6 > 0, "words": rows % 7 > 0, "attributes": rows % 35 > 0}
    for name, block in blocks(preparation, items, look).items():
        np.testing.assert_allclose(np.linalg.norm(block, axis=1), present[name], atol=1e-5)


def test_attributes_that_only_the_title_tells_are_those_that_another_item_states(
    preparation, items, look
) -> None:
    """Every fifth item states none; its title says them, but for every seventh item."""
    attributes = blocks(preparation, items, look)["attributes"]
    titles = items["title"].to_list()
    for row in range(5, 35, 5):
        twin = next(other for other in range(NUM) if other % 5 and titles[other] == titles[row])
        np.testing.assert_array_equal(attributes[row], attributes[twin])


def test_a_feature_that_is_not_given_is_absent_from_all_items(preparation, items) -> None:
    features = preparation.apply(items, {})
    assert not features.content[:, :4].any()
    assert features.content[:, 4:].any()
    assert features.content.shape == (NUM, 13)


def test_a_feature_that_training_did_not_have_is_not_read(preparation, items, look) -> None:
    given = {"look": feature_of("look", look), "smell": feature_of("smell", look)}
    assert preparation.apply(items, given).content.equal(
        preparation.apply(items, {"look": given["look"]}).content
    )


@pytest.mark.parametrize(("present", "kept"), [(19, False), (20, True)])
def test_a_feature_of_fewer_than_twenty_training_items_is_left_out(items, present, kept) -> None:
    vectors = np.random.default_rng(0).normal(size=(NUM, 5)).astype(np.float32)
    vectors[present:] = 0
    assert ("look" in fit(items, vectors).widths) is kept


def test_words_are_lower_case_of_letters_and_digits_from_title_and_description(look) -> None:
    items = table(
        title=["Éclair-Blue_Top, size 42 a!"] * 40 + ["plain"] * (NUM - 40),
        description=[None, "with zipper"] * (NUM // 2),
    )
    (words,) = (part for part in fit(items, look).modalities if part.name == "words")
    assert isinstance(words, Bag)
    assert words.bag.words == ("42", "blue", "plain", "size", "top", "with", "zipper", "éclair")


def test_attributes_are_pairs_of_name_and_value_whatever_their_case(preparation) -> None:
    (attributes,) = (part for part in preparation.modalities if part.name == "attributes")
    assert isinstance(attributes, Bag)
    assert attributes.bag.words == (
        "brand=acme",
        "brand=bolt",
        "fabric=denim",
        "fabric=silk",
        "fabric=wool",
    )


def test_words_and_values_that_training_did_not_see_are_absent(preparation) -> None:
    items = table(
        title=["xylophone zebra"] * NUM,
        attributes=[[{"name": "fabric", "value": "paper"}]] * NUM,
    )
    assert not preparation.apply(items, {}).content.any()


def test_rare_words_are_not_learned(look) -> None:
    items = table(title=["rare gem", "rare gem", *["red top", "navy top"] * 29])
    (words,) = (part for part in fit(items, look).modalities if isinstance(part, Bag))
    assert words.bag.words == ("navy", "red", "top")


def test_items_of_category_alone_have_no_content() -> None:
    preparation = fit(table(), np.zeros((NUM, 5), np.float32))
    assert preparation.modalities == ()
    features = preparation.apply(table(), {})
    assert features.content.shape == (NUM, 0)
    assert features.content.dtype == torch.float32
    assert features.category[:3].tolist() == [2, 1, 0]


def test_the_width_is_kept_for_every_modality_and_twice_for_attributes(items, look) -> None:
    assert fit(items, look, width=2).widths == {"look": 2, "words": 2, "attributes": 4}


def test_what_is_fitted_is_decided_by_the_seed_and_the_table(items, look) -> None:
    first, again = (blocks(fit(items, look), items, look) for _ in range(2))
    for name, block in first.items():
        np.testing.assert_array_equal(block, again[name])


@pytest.mark.parametrize("name", ["words", "attributes"])
def test_a_feature_named_as_a_part_of_the_table_is_refused(items, look, name) -> None:
    with pytest.raises(SchemaError, match=f"a feature of another name, got '{name}'"):
        Preparation.fit(items, {name: feature_of(name, look)}, np.arange(NUM), width=4, seed=0)


def test_the_encoder_is_what_made_the_feature(items, look) -> None:
    (part,) = (part for part in fit(items, look).modalities if isinstance(part, FrozenFeature))
    assert (part.name, part.encoder) == ("look", "precomputed")


def test_a_dataset_is_prepared_as_it_is_read(tiny_shop: Path) -> None:
    items = pl.read_parquet(tiny_shop / "items.parquet")
    preparation = Preparation.fit(items, {}, np.arange(items.height), width=8, seed=0)
    features = preparation.apply(items, {})
    assert features.content.isfinite().all()
    names = [preparation.categories[number - 1] for number in features.category.tolist()]
    assert names == items["category"].to_list()


def test_words_and_directions_are_learned_from_so_many_items_evenly_spread(
    items, look, monkeypatch
) -> None:
    monkeypatch.setattr(preparation_module, "MAX_FITTED", NUM // 2)
    bounded, every_other = fit(items, look), fit(items, look, np.arange(0, NUM, 2))
    assert bounded.categories == fit(items, look).categories
    for part, other in zip(bounded.modalities, every_other.modalities, strict=True):
        if isinstance(part, FrozenFeature):
            np.testing.assert_array_equal(part.whitening.mean, other.whitening.mean)
        else:
            assert part.bag.words == other.bag.words
    monkeypatch.setattr(preparation_module, "MAX_FITTED", NUM)
    assert fit(items, look).modalities[0].whitening.mean.tolist() != (
        bounded.modalities[0].whitening.mean.tolist()
    )
