from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl
import pytest
from PIL import Image, ImageDraw
from PIL.ImageFile import ImageFile

from data.dataset import Dataset
from data.errors import SchemaError, UnreadableError
from engine.dataset_features import dataset_features
from engine.encoders.picture import FORMATS
from engine.encoding import EncodingConfig, encode_dataset
from engine.inline_items import InlineItems
from engine.preparation import Preparation
from engine.requests import ItemContent
from tests.engine.planted import store

COLOURS = ("navy", "red", "olive", "gold", "pink", "black")
KINDS = ("tops", "shoes", "bags")
NUM = 24


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Twenty-four items with titles and pictures, both encoded by the default encoders."""
    folder = tmp_path_factory.mktemp("encoded")
    for row in range(NUM):
        picture = Image.new("RGB", (48, 48), "white")
        ImageDraw.Draw(picture).rectangle((8, 4 + row % 7, 30, 40), fill=COLOURS[row % 6])
        picture.save(folder / f"{row}.png")
    items = pl.DataFrame(
        {
            "item_id": [f"i{row:02d}" for row in range(NUM)],
            "category": [KINDS[row % 3] for row in range(NUM)],
            "slot": [KINDS[row % 3] for row in range(NUM)],
            "title": [f"{COLOURS[row % 6]} {KINDS[row % 3]} number {row}" for row in range(NUM)],
            "description": ["Soft." if row % 2 else None for row in range(NUM)],
            "image": [str(folder / f"{row}.png") for row in range(NUM)],
        }
    )
    dataset = store(folder / "data", items, [[row, (row + 1) % NUM] for row in range(NUM)], {})
    list(encode_dataset(dataset, EncodingConfig()))
    return dataset


@pytest.fixture(scope="module")
def inline(encoded: Dataset) -> InlineItems:
    preparation = Preparation.fit(
        encoded.items, dataset_features(encoded), np.arange(NUM), width=8, seed=0
    )
    return InlineItems(preparation=preparation, categories=frozenset(KINDS))


def content_of(encoded: Dataset, row: int, *, image: bool = True) -> ItemContent:
    item = encoded.items.row(row, named=True)
    return ItemContent(
        category=item["category"],
        title=item["title"],
        description=item["description"],
        image=Path(item["image"]).read_bytes() if image else None,
    )


def test_encoders_that_were_loaded_before_are_not_loaded_again(
    inline, encoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = [(content_of(encoded, 3), "items[0]")]
    expected = inline.features(placed)
    fresh = InlineItems(preparation=inline.preparation, categories=inline.categories)
    fresh.load_encoders()
    for name in ("load_text_encoder", "load_image_encoder"):
        monkeypatch.delattr(f"engine.inline_items.{name}")
    assert fresh.features(placed).content.equal(expected.content)


def test_titles_and_pictures_are_encoded_as_those_of_the_catalogue(inline, encoded) -> None:
    features = inline.preparation.apply(encoded.items, dataset_features(encoded))
    rows = [3, 0, 17]
    placed = [(content_of(encoded, row), f"items[{row}]") for row in rows]
    found = inline.features(placed)
    assert list(inline.preparation.widths) == ["image", "text", "words"]
    np.testing.assert_allclose(found.content, features.content[rows], atol=2e-3)
    assert found.category.equal(features.category[rows])
    assert found.slot.equal(features.slot[rows])


def test_items_with_and_without_a_picture_or_a_title_stand_side_by_side(inline, encoded) -> None:
    whole, titled = content_of(encoded, 3), content_of(encoded, 4, image=False)
    bare = ItemContent(category="tops")
    content = inline.features([(bare, "a"), (titled, "b"), (whole, "c")]).content.numpy()
    ends = np.cumsum(list(inline.preparation.widths.values()))
    image, text, words = np.split(content, ends[:-1], axis=1)
    assert image.any(1).tolist() == [False, False, True]
    assert text.any(1).tolist() == [False, True, True]
    assert words.any(1).tolist() == [False, True, True]
    alone = inline.features([(whole, "c")]).content.numpy()
    np.testing.assert_allclose(content[2:], alone, atol=1e-4)
    assert [inline.missing(each) for each in (bare, titled, whole)] == [
        ["image", "text", "words"],
        ["image"],
        [],
    ]


def test_a_vector_stands_for_what_would_be_encoded(inline, encoded) -> None:
    stored = dataset_features(encoded)["image"].vectors[9]
    given = ItemContent(category="tops", vectors={"image": np.array(stored)})
    both = ItemContent(
        category="tops",
        image=content_of(encoded, 3).image,
        vectors={"image": np.array(stored)},
    )
    expected = inline.preparation.apply(encoded.items, dataset_features(encoded)).content[9]
    width = inline.preparation.widths["image"]
    for each in (given, both):
        found = inline.features([(each, "a")]).content[0]
        np.testing.assert_allclose(found[:width], expected[:width], atol=1e-5)
    assert inline.missing(given) == ["text", "words"]


@pytest.mark.parametrize("number", [3e38, 1e19, np.inf, np.nan])
def test_a_vector_too_long_to_be_divided_by_its_length_is_refused(inline, number: float) -> None:
    vector = np.full(inline.dims["image"], number, np.float32)
    with pytest.raises(SchemaError, match=r"'a\.vectors\[image\]'.*length of at most 1e\+09"):
        inline.features([(ItemContent(vectors={"image": vector}), "a")])


def test_a_description_without_a_title_is_no_text(inline) -> None:
    described = ItemContent(category="tops", description="navy shoes")
    assert not inline.features([(described, "a")]).content.any()
    assert inline.missing(described) == ["image", "text", "words"]


def test_a_slot_stands_for_a_category(inline) -> None:
    features = inline.features(
        [(ItemContent(category=name), name) for name in ("shoes", "hats", "sneakers", "tops")]
        + [(ItemContent(), "none")]
    )
    numbers = inline.preparation.numbers(
        ["shoes", None, None, "tops", None], ["shoes"] + [None] * 4
    )
    assert features.category.equal(numbers[0])
    assert features.slot.tolist() == [5, 7, 5, 1, 0]


def test_encoders_load_only_when_something_needs_them(encoded) -> None:
    fresh = InlineItems(
        preparation=Preparation.fit(
            encoded.items, dataset_features(encoded), np.arange(NUM), width=8, seed=0
        ),
        categories=frozenset(KINDS),
    )
    fresh.features([(ItemContent(category="tops"), "a")])
    assert not {"_text", "_image"} & set(vars(fresh))
    fresh.features([(ItemContent(title="navy tops"), "a")])
    assert "_text" in vars(fresh)
    assert "_image" not in vars(fresh)


def test_a_picture_is_decoded_once(inline, encoded, monkeypatch) -> None:
    start, plugin = FORMATS["PNG"]
    opened: list[BinaryIO] = []

    def noted(file: BinaryIO) -> ImageFile:
        opened.append(file)
        return plugin(file)

    monkeypatch.setitem(FORMATS, "PNG", (start, noted))
    inline.features([(content_of(encoded, row), f"items[{row}]") for row in range(3)])
    assert len(opened) == 3


def test_a_picture_that_cannot_be_decoded_is_named_with_the_reason(inline, encoded) -> None:
    whole = content_of(encoded, 3)
    cut = replace(whole, image=whole.image[:60])
    stored = np.array(dataset_features(encoded)["image"].vectors[9])
    for broken in (cut, replace(cut, vectors={"image": stored})):
        with pytest.raises(UnreadableError, match=r"'items\[1\]\.image'.*expected a whole picture"):
            inline.features([(whole, "items[0]"), (broken, "items[1]")])
