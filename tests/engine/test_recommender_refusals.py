from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from data.errors import (
    DuplicateError,
    InputError,
    SchemaError,
    UnknownCategoryError,
    UnknownItemError,
    UnreadableError,
)
from engine.outcomes import only
from engine.questions import ComplementsQuestion
from engine.recommender import Recommender
from engine.requests import Filters, Item, ItemContent, Slot


def picture(size: int = 64) -> bytes:
    file = BytesIO()
    Image.new("RGB", (size, size), "navy").save(file, "PNG")
    return file.getvalue()


GOOD = ItemContent(category="pumps", title="Silk pumps")
WRONG_ITEMS: dict[str, tuple[Item, type[InputError], str]] = {
    "unknown id": ("nobody", UnknownItemError, ""),
    "unknown category": (ItemContent(category="zeppelin"), UnknownCategoryError, ".category"),
    "empty category": (ItemContent(category=""), UnknownCategoryError, ".category"),
    "broken picture": (ItemContent(image=b"not one"), UnreadableError, ".image"),
    "empty picture": (ItemContent(image=b""), UnreadableError, ".image"),
    "cut picture": (ItemContent(image=picture()[:40]), UnreadableError, ".image"),
    "unknown feature": (
        ItemContent(vectors={"smell": np.ones(12, np.float32)}),
        SchemaError,
        ".vectors[smell]",
    ),
    "short vector": (
        ItemContent(vectors={"look": np.ones(11, np.float32)}),
        SchemaError,
        ".vectors[look]",
    ),
    "matrix": (
        ItemContent(vectors={"look": np.ones((1, 12), np.float32)}),
        SchemaError,
        ".vectors[look]",
    ),
    "not finite": (
        ItemContent(vectors={"look": np.full(12, np.nan, np.float32)}),
        SchemaError,
        ".vectors[look]",
    ),
}
BAGS = Slot(category="bags")


def second_of(*contexts: list[Item], recommender: Recommender) -> object:
    """The answer to the second of two questions that are asked together."""
    questions = [ComplementsQuestion(context=each, slot=BAGS, k=3) for each in contexts]
    first, second = recommender.complements_of_each(questions)
    assert isinstance(first, list)
    return only([second])


CALLS: dict[str, tuple[Callable[[Recommender, list[Item]], object], str]] = {
    "score": (lambda each, items: each.score([[GOOD], items]), "outfits[1].items"),
    "fill context": (lambda each, items: each.fill(items, [GOOD]), "context"),
    "fill candidates": (lambda each, items: each.fill([GOOD], items), "candidates"),
    "complements": (lambda each, items: each.complements(items, BAGS, 3), "context"),
    "target": (lambda each, items: each.embed_target(items, BAGS), "context"),
    "batch": (
        lambda each, items: second_of([GOOD], items, recommender=each),
        "context",
    ),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("wrong", WRONG_ITEMS)
def test_a_wrong_item_is_refused_with_its_place_in_the_request(
    tiny_recommender, call, wrong
) -> None:
    item, kind, rest = WRONG_ITEMS[wrong]
    ask, field = CALLS[call]
    with pytest.raises(kind) as caught:
        ask(tiny_recommender, [GOOD, item])
    assert type(caught.value) is kind
    assert caught.value.field == f"{field}[1]{rest}"


@pytest.mark.parametrize("call", CALLS)
def test_no_items_are_refused_with_the_field(tiny_recommender, call) -> None:
    ask, field = CALLS[call]
    with pytest.raises(SchemaError, match="at least one item") as caught:
        ask(tiny_recommender, [])
    assert caught.value.field == field


@pytest.mark.parametrize("call", CALLS)
def test_an_item_that_stands_twice_is_refused_at_the_second(tiny_recommender, outfit, call) -> None:
    ask, field = CALLS[call]
    with pytest.raises(DuplicateError, match="each item once") as caught:
        ask(tiny_recommender, [outfit[0], GOOD, outfit[0]])
    assert caught.value.field == f"{field}[2]"


@pytest.mark.parametrize(
    "ask",
    [
        lambda each, slot: each.fill([GOOD], [GOOD], slot),
        lambda each, slot: each.complements([GOOD], slot, 3),
        lambda each, slot: each.embed_target([GOOD], slot),
    ],
    ids=["fill", "complements", "target"],
)
@pytest.mark.parametrize(
    ("slot", "kind", "field"),
    [
        (Slot(category="zeppelin"), UnknownCategoryError, "slot.category"),
        (Slot(category="zeppelin", text="silk"), UnknownCategoryError, "slot.category"),
        (Slot(), SchemaError, "slot"),
        (Slot(text=""), SchemaError, "slot"),
        (Slot(text="  "), SchemaError, "slot"),
    ],
    ids=["unknown", "unknown with text", "nothing", "empty text", "blank text"],
)
def test_a_wrong_slot_is_refused_with_its_field(tiny_recommender, ask, slot, kind, field) -> None:
    with pytest.raises(kind) as caught:
        ask(tiny_recommender, slot)
    assert caught.value.field == field


def test_a_picture_of_another_format_is_refused_in_one_plain_sentence(tiny_recommender) -> None:
    with pytest.raises(UnreadableError) as caught:
        tiny_recommender.score([[ItemContent(image=b"not one"), GOOD]])
    assert str(caught.value) == (
        "field 'outfits[0].items[0].image': "
        "expected a picture (JPEG, PNG, WEBP, GIF), got bytes of another format"
    )


def test_an_unknown_category_comes_with_the_nearest_names(tiny_recommender) -> None:
    with pytest.raises(UnknownCategoryError, match=r"close: .*pumps"):
        tiny_recommender.embed_target([GOOD], Slot(category="pumpz"))


def test_a_known_slot_that_the_catalogue_holds_nothing_of_is_refused(bundle, outfit) -> None:
    rows = bundle.items["slot"] != "hats"
    small = Recommender(
        replace(bundle, items=bundle.items.filter(rows), vectors=bundle.vectors[rows.to_numpy()])
    )
    with pytest.raises(UnknownCategoryError, match="with items in the catalogue") as caught:
        small.complements(outfit, Slot(category="hats"), 3)
    assert caught.value.field == "slot.category"


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(tiny_recommender, outfit, k) -> None:
    with pytest.raises(SchemaError) as caught:
        tiny_recommender.complements(outfit, BAGS, k)
    assert caught.value.field == "k"


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        (Filters(min_price=5.0, max_price=4.0), "filters.max_price"),
        (Filters(min_price=float("nan")), "filters.min_price"),
        (Filters(max_price=float("nan")), "filters.max_price"),
    ],
)
def test_filters_that_make_no_sense_are_refused(tiny_recommender, outfit, filters, field) -> None:
    with pytest.raises(SchemaError) as caught:
        tiny_recommender.complements(outfit, BAGS, 3, filters)
    assert caught.value.field == field
