from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image

from data.dataset import Dataset
from data.errors import (
    BundleError,
    DuplicateError,
    InputError,
    SchemaError,
    UnknownCategoryError,
    UnknownItemError,
    UnreadableError,
)
from engine.bundle import Bundle, load_bundle, write_bundle
from engine.recommender import Recommender
from engine.requests import Complement, Filters, Item, ItemContent, Slot
from engine.training import fit, prepare
from graph.outfits import pad_outfits
from tests.engine.planted import CATEGORIES, store, tiny_config

NOTHING = frozenset[str]()


@pytest.fixture(scope="module")
def bundle(tiny_bundle: Path) -> Bundle:
    return load_bundle(tiny_bundle)


@pytest.fixture(scope="module")
def look(tiny_shop: Path) -> dict[str, np.ndarray]:
    """The vector of every item that has one, by id."""
    ids = Dataset.load(tiny_shop).items["item_id"].to_list()
    vectors = np.load(tiny_shop / "features" / "look" / "vectors.npy")
    return {name: vector for name, vector in zip(ids, vectors, strict=True) if vector.any()}


@pytest.fixture(scope="module")
def outfit(tiny_shop: Path) -> list[str]:
    """A test outfit of four items or more."""
    dataset = Dataset.load(tiny_shop)
    ids = dataset.items["item_id"]
    rows = next(rows for rows in dataset.outfit_rows("test") if len(rows) >= 4)
    return ids.gather(rows.tolist()).to_list()


def content_of(recommender: Recommender, look: dict[str, np.ndarray], name: str) -> ItemContent:
    """What the catalogue knows of an item, as an inline one."""
    item = recommender.items.row(by_predicate=pl.col("item_id") == name, named=True)
    return ItemContent(
        category=item["category"],
        title=item["title"],
        description=item["description"],
        attributes={each["name"]: each["value"] for each in item["attributes"]},
        vectors={"look": look[name]} if name in look else {},
    )


def scan(
    bundle: Bundle, target: np.ndarray, passes: Callable[[dict[str, object]], bool], k: int
) -> list[Complement]:
    """Every catalogue item in turn, the nearest first, of equals the first in the catalogue."""
    found = [
        Complement(item_id=item["item_id"], similarity=float(vector @ target))
        for item, vector in zip(bundle.items.iter_rows(named=True), bundle.vectors, strict=True)
        if passes(item)
    ]
    return sorted(found, key=lambda each: -each.similarity)[:k]


def assert_same(answers: list[Complement], expected: list[Complement]) -> None:
    """The same similarities in the same order, and the same items but for near ties."""
    assert [each.similarity for each in answers] == pytest.approx(
        [each.similarity for each in expected], abs=1e-5
    )
    last = expected[-1].similarity if expected else 0.0
    clear = {each.item_id for each in expected if each.similarity > last + 1e-5}
    assert clear <= {each.item_id for each in answers}
    assert len({each.item_id for each in answers}) == len(expected)


def test_it_says_what_it_is(tiny_recommender, bundle) -> None:
    info = tiny_recommender.info
    assert info.bundle_id == bundle.manifest["bundle_id"]
    assert (info.model, info.num_items) == ("transformer", 200)
    assert info.dim == bundle.vectors.shape[1]
    assert info.features == ("look", "words", "attributes")
    assert info.categories == sorted(set(bundle.items["category"]))
    assert tiny_recommender.items is not None


def test_a_folder_that_is_no_bundle_is_refused(tmp_path) -> None:
    with pytest.raises(BundleError):
        Recommender.load(tmp_path)


@torch.no_grad()
def test_outfits_get_the_compatibility_of_the_model_in_their_order(
    tiny_recommender, bundle, outfit
) -> None:
    row_of = {name: row for row, name in enumerate(bundle.items["item_id"])}
    from engine.catalogue import Catalogue  # noqa: PLC0415

    tokens = Catalogue.of(bundle).tokens
    outfits = [outfit, outfit[:2], outfit[1:]]
    scores = tiny_recommender.score(outfits)
    for names, score in zip(outfits, scores, strict=True):
        batch = pad_outfits([[row_of[name] for name in names]])
        logit = bundle.model.judge(tokens, batch).compatibility.item()
        assert score.logit == pytest.approx(logit, abs=1e-4)
        assert score.probability == pytest.approx(1 / (1 + np.exp(-score.logit)), abs=1e-6)


def test_real_outfits_score_above_broken_ones(tiny_recommender, tiny_shop) -> None:
    dataset = Dataset.load(tiny_shop)
    ids = np.array(dataset.items["item_id"].to_list())
    real = [ids[rows].tolist() for rows in dataset.outfit_rows("test")]
    rng = np.random.default_rng(0)
    broken = [rng.choice(ids, len(rows), replace=False).tolist() for rows in real]
    good, bad = (
        np.array([score.logit for score in tiny_recommender.score(outfits)])
        for outfits in (real, broken)
    )
    assert np.mean(good[:, None] > bad) > 0.65


def test_no_outfits_get_no_scores(tiny_recommender) -> None:
    assert tiny_recommender.score([]) == []


def test_the_order_of_items_and_the_company_of_outfits_make_no_difference(
    tiny_recommender, outfit
) -> None:
    (alone,) = tiny_recommender.score([outfit])
    turned, _, other = tiny_recommender.score([outfit[::-1], outfit[:2], outfit])
    assert alone.logit == pytest.approx(turned.logit, abs=1e-4)
    assert alone.logit == pytest.approx(other.logit, abs=1e-4)


def test_what_items_lack_is_listed_by_position(tiny_recommender, look) -> None:
    bare = next(name for name in tiny_recommender.items["item_id"] if name not in look)
    whole = next(iter(look))
    items: list[Item] = [
        whole,
        bare,
        ItemContent(category="pumps", title="Silk pumps"),
        replace(content_of(tiny_recommender, look, whole), title=None, description=None),
        ItemContent(title="  "),
        ItemContent(title="Xylophone", attributes={"fabric": "fog"}),
    ]
    expected = (
        "1:look",
        "2:look",
        "2:attributes",
        "3:words",
        "4:look",
        "4:words",
        "4:attributes",
        "5:look",
        "5:words",
        "5:attributes",
    )
    assert tiny_recommender.missing(items) == expected
    assert tiny_recommender.missing(["nobody"]) == ()
    (score,) = tiny_recommender.score([items])
    assert score.missing == expected


def test_an_inline_item_equals_the_catalogue_item_of_the_same_content(
    tiny_recommender, look, outfit
) -> None:
    slot = Slot(category="bags", text="leather")
    for place, name in enumerate(outfit):
        inline = content_of(tiny_recommender, look, name)
        mixed: list[Item] = [*outfit[:place], inline, *outfit[place + 1 :]]
        ours, theirs = tiny_recommender.score([outfit, mixed])
        assert ours.logit == pytest.approx(theirs.logit, abs=1e-3)
        assert ours.missing == theirs.missing
        np.testing.assert_allclose(
            tiny_recommender.embed_target(mixed, slot),
            tiny_recommender.embed_target(outfit, slot),
            atol=1e-4,
        )
    candidates = tiny_recommender.items["item_id"].to_list()[:6]
    context = [name for name in outfit if name not in candidates]
    inline_candidates = [content_of(tiny_recommender, look, name) for name in candidates]
    by_id = tiny_recommender.fill(context, candidates)
    by_content = tiny_recommender.fill(context, inline_candidates)
    assert [each.position for each in by_id] == [each.position for each in by_content]
    assert [each.logit for each in by_id] == pytest.approx(
        [each.logit for each in by_content], abs=1e-3
    )
    assert {each.item_id for each in by_content} == {""}


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "tote bags"},
        {"title": "Neon plaid thing"},
        {"description": "Made of purple leather"},
        {"attributes": {"colour": "red"}},
        {"vectors": {"look": np.full(12, 3.0, np.float32)}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_everything_said_of_an_inline_item_counts(tiny_recommender, look, outfit, changes) -> None:
    plain = content_of(tiny_recommender, look, outfit[0])
    other = replace(plain, **changes)
    first, second = tiny_recommender.score([[plain, *outfit[1:]], [other, *outfit[1:]]])
    assert abs(first.logit - second.logit) > 1e-4


def test_candidates_are_ranked_by_the_choice_of_the_model(tiny_recommender, bundle, outfit) -> None:
    context, candidates = outfit[1:], [outfit[0], *_others(tiny_recommender, outfit, 5)]
    ranked = tiny_recommender.fill(context, candidates)
    assert sorted(each.position for each in ranked) == list(range(6))
    assert [each.item_id for each in ranked] == [candidates[each.position] for each in ranked]
    logits = [each.logit for each in ranked]
    assert logits == sorted(logits, reverse=True)
    row_of = {name: row for row, name in enumerate(bundle.items["item_id"])}
    from engine.catalogue import Catalogue  # noqa: PLC0415

    tokens = Catalogue.of(bundle).tokens
    for each in ranked:
        batch = pad_outfits([[row_of[name] for name in (*context, each.item_id)]])
        with torch.no_grad():
            expected = bundle.model.judge(tokens, batch).choice.item()
        assert each.logit == pytest.approx(expected, abs=1e-4)


def _others(recommender: Recommender, outfit: list[str], number: int) -> list[str]:
    ids = recommender.items["item_id"].to_list()
    return [name for name in ids[::17] if name not in outfit][:number]


def test_the_order_of_candidates_makes_no_difference(tiny_recommender, outfit) -> None:
    candidates = _others(tiny_recommender, outfit, 5)
    first = tiny_recommender.fill(outfit, candidates)
    turned = tiny_recommender.fill(outfit, candidates[::-1])
    assert [each.item_id for each in first] == [each.item_id for each in turned]


def test_equal_candidates_keep_their_order(tiny_recommender, outfit) -> None:
    same = ItemContent(category="pumps", title="Silk pumps")
    ranked = tiny_recommender.fill(outfit, [same, same, same])
    assert [each.position for each in ranked] == [0, 1, 2]


@pytest.mark.parametrize("slot", [Slot(category="bags"), Slot(text="silk"), Slot(category="pumps")])
def test_a_slot_adds_ten_cosines_to_the_target(tiny_recommender, bundle, outfit, slot) -> None:
    context, candidates = outfit[1:], [outfit[0], *_others(tiny_recommender, outfit, 5)]
    target = tiny_recommender.embed_target(context, slot)
    plain = {each.item_id: each.logit for each in tiny_recommender.fill(context, candidates)}
    vectors = dict(zip(bundle.items["item_id"], bundle.vectors, strict=True))
    for each in tiny_recommender.fill(context, candidates, slot):
        vector = vectors[each.item_id]
        cosine = float(vector @ target) / max(float(np.linalg.norm(vector)), 1e-9)
        assert each.logit == pytest.approx(plain[each.item_id] + 10 * cosine, abs=1e-3)


@pytest.mark.parametrize("k", [1, 3, 1000])
@pytest.mark.parametrize("category", ["bags", "shoes", "pumps", None])
def test_complements_are_a_scan_of_the_category_or_slot(
    tiny_recommender, bundle, outfit, category, k
) -> None:
    slot = Slot(category=category, text=None if category else "silk dress")
    answers = tiny_recommender.complements(outfit, slot, k)
    target = tiny_recommender.embed_target(outfit, slot)
    expected = scan(
        bundle,
        target,
        lambda item: (
            category in (None, item["category"], item["slot"]) and item["item_id"] not in outfit
        ),
        k,
    )
    assert expected
    assert_same(answers, expected)


def test_the_context_never_answers_itself(tiny_recommender, outfit) -> None:
    answers = tiny_recommender.complements(outfit, Slot(text="anything"), 1000)
    assert len(answers) == 200 - len(outfit)
    assert not {each.item_id for each in answers} & set(outfit)


PRICES = {
    "min": Filters(min_price=60.0),
    "max": Filters(max_price=60.0),
    "both": Filters(min_price=40.0, max_price=80.0),
    "stock": Filters(in_stock_only=True),
    "all": Filters(min_price=30.0, max_price=150.0, in_stock_only=True),
}


@pytest.mark.parametrize("name", PRICES)
@pytest.mark.parametrize("k", [2, 1000])
def test_filters_are_those_of_a_scan(tiny_recommender, bundle, outfit, name, k) -> None:
    filters, slot = PRICES[name], Slot(text="silk")
    low = filters.min_price or 0.0
    high = filters.max_price or np.inf

    def passes(item: dict[str, object]) -> bool:
        price = item["price"]
        return (
            low <= price <= high
            and (item["availability"] == "in_stock" or not filters.in_stock_only)
            and item["item_id"] not in outfit
        )

    expected = scan(bundle, tiny_recommender.embed_target(outfit, slot), passes, k)
    assert 0 < len(expected) < 200 - len(outfit)
    assert_same(tiny_recommender.complements(outfit, slot, k, filters), expected)


def test_an_item_without_price_or_stock_passes_no_such_filter(bundle, outfit) -> None:
    items = bundle.items.with_columns(
        price=pl.lit(None, pl.Float64), availability=pl.lit(None, pl.String)
    )
    recommender = Recommender(replace(bundle, items=items))
    slot = Slot(text="silk")
    assert len(recommender.complements(outfit, slot, 5)) == 5
    for filters in (
        Filters(min_price=0.0),
        Filters(max_price=1e9),
        Filters(in_stock_only=True),
    ):
        assert recommender.complements(outfit, slot, 5, filters) == []


def test_excluded_items_make_room_for_the_next(tiny_recommender, outfit) -> None:
    slot = Slot(category="shoes")
    first = tiny_recommender.complements(outfit, slot, 10)
    excluded = frozenset(each.item_id for each in first[:4]) | {"never heard of"}
    rest = tiny_recommender.complements(outfit, slot, 6, Filters(exclude=excluded))
    assert rest == first[4:]


def test_filters_that_nothing_passes_leave_no_answer(tiny_recommender, outfit) -> None:
    assert tiny_recommender.complements(outfit, Slot(text="x y"), 5, Filters(max_price=0.0)) == []


def test_a_name_of_the_slot_table_that_the_catalogue_does_not_hold_means_its_slot(
    tiny_recommender, outfit
) -> None:
    assert "wellington boots" not in tiny_recommender.info.categories
    answers = tiny_recommender.complements(outfit, Slot(category="wellington boots"), 1000)
    shoes = tiny_recommender.complements(outfit, Slot(category="shoes"), 1000)
    assert {each.item_id for each in answers} == {each.item_id for each in shoes}


def test_many_contexts_get_what_each_gets_alone(tiny_recommender, outfit, look) -> None:
    ids = tiny_recommender.items["item_id"].to_list()
    inline = content_of(tiny_recommender, look, ids[0])
    contexts: list[list[Item]] = [outfit, ids[:3], [inline, ids[70]], outfit[:1], [ids[150]]]
    slots = [
        Slot(category="bags"),
        Slot(category="shoes"),
        Slot(category="bags"),
        Slot(text="silk"),
        Slot(category="bags", text="leather"),
    ]
    filters = Filters(in_stock_only=True)
    together = tiny_recommender.complements_batch(contexts, slots, 7, filters)
    for context, slot, answers in zip(contexts, slots, together, strict=True):
        assert_same(answers, tiny_recommender.complements(context, slot, 7, filters))
    assert tiny_recommender.complements_batch([], [], 7) == []


def test_targets_have_unit_length_and_follow_context_slot_and_text(
    tiny_recommender, outfit
) -> None:
    def target(context: list[str], **slot: str) -> np.ndarray:
        vector = tiny_recommender.embed_target(context, Slot(**slot))
        assert vector.dtype == np.float32
        assert vector.shape == (tiny_recommender.info.dim,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        return vector

    items = tiny_recommender.items
    fine = items.filter(slot="bags")["category"].value_counts().sort("count")["category"][-1]
    plain = target(outfit, category="bags")
    np.testing.assert_allclose(plain, target(outfit[::-1], category="bags"), atol=1e-5)
    for other in (
        target(outfit[1:], category="bags"),
        target(outfit, category="shoes"),
        target(outfit, category=fine),
        target(outfit, category="bags", text="silk"),
        target(outfit, text="silk"),
    ):
        assert np.linalg.norm(plain - other) > 1e-4


def test_answers_do_not_depend_on_what_was_asked_before(tiny_recommender, outfit) -> None:
    slot = Slot(category="bags")
    first = tiny_recommender.complements(outfit, slot, 5)
    tiny_recommender.complements(outfit, Slot(text="z"), 50, Filters(in_stock_only=True))
    tiny_recommender.fill(outfit, [ItemContent(title="x")])
    with pytest.raises(UnknownItemError):
        tiny_recommender.score([["nobody"]])
    assert tiny_recommender.complements(outfit, slot, 5) == first


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
CALLS: dict[str, tuple[Callable[[Recommender, list[Item]], object], str]] = {
    "score": (lambda each, items: each.score([[GOOD], items]), "outfits[1].items"),
    "fill context": (lambda each, items: each.fill(items, [GOOD]), "context"),
    "fill candidates": (lambda each, items: each.fill([GOOD], items), "candidates"),
    "complements": (lambda each, items: each.complements(items, BAGS, 3), "context"),
    "target": (lambda each, items: each.embed_target(items, BAGS), "context"),
    "batch": (
        lambda each, items: each.complements_batch([[GOOD], items], [BAGS, BAGS], 3),
        "contexts[1]",
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


def test_a_shop_that_knows_categories_alone_still_gets_answers(tmp_path) -> None:
    items = pl.DataFrame(
        {"item_id": [f"i{row:02d}" for row in range(60)], "category": np.repeat(CATEGORIES, 20)}
    )
    rows = [[row % 20, 20 + row % 17, 40 + row % 13] for row in range(200)]
    dataset = store(tmp_path / "data", items, rows, {})
    trained, dataset = prepare(dataset, tiny_config("transformer", epochs=1))
    epochs = list(fit(trained, dataset))
    write_bundle(trained, dataset, tmp_path / "bundle", epochs=epochs, command="")
    recommender = Recommender.load(tmp_path / "bundle")
    good, bad = recommender.score([["i00", "i20", "i40"], ["i00", "i01", "i02"]])
    assert good.logit > bad.logit
    assert good.missing == ()
    assert len(recommender.complements(["i00"], Slot(category="shoes"), 3)) == 3
    assert recommender.fill(["i00", "i20"], ["i01", "i40"])[0].item_id == "i40"
    inline = ItemContent(category="shoes", title="unread")
    assert recommender.score([["i00", inline]])[0].missing == ()


@pytest.fixture(scope="module")
def large(bundle: Bundle) -> Bundle:
    """80,000 random items of twelve categories, every eighth the double of another."""
    rng = np.random.default_rng(0)
    num = 80_000
    vectors = rng.normal(size=(num, bundle.vectors.shape[1])).astype(np.float32)
    doubles = np.arange(0, num, 8)
    vectors[doubles] = vectors[rng.integers(num, size=len(doubles))]
    known = bundle.items.unique("category", maintain_order=True)
    catalogue = known.select("category", "slot")[rng.integers(known.height, size=num)]
    items = (
        bundle.items.clear()
        .select(pl.exclude("category", "slot", "item_id", "price"))
        .clear(num)
        .with_columns(catalogue["category"], catalogue["slot"])
        .with_columns(
            item_id=pl.Series([f"n{number:05d}" for number in range(num)]),
            price=pl.Series(rng.uniform(0, 100, size=num)),
        )
        .select(bundle.items.columns)
    )
    order = items.with_row_index("row").sort("slot", "category", "row")["row"].to_numpy()
    return replace(bundle, items=items[order], vectors=vectors[order])


@pytest.mark.parametrize("k", [20, 300])
@pytest.mark.parametrize("category", ["shoes", "pumps"])
def test_complements_of_80k_items_are_those_of_a_scan(large, category, k) -> None:
    recommender = Recommender(large)
    context = large.items["item_id"].to_list()[::20_000]
    slot, filters = Slot(category=category), Filters(min_price=10.0, max_price=60.0)
    target = recommender.embed_target(context, slot)
    allowed = large.items.select(
        ((pl.col("category") == category) | (pl.col("slot") == category))
        & pl.col("price").is_between(10, 60)
        & ~pl.col("item_id").is_in(context)
    ).to_series()
    rows = allowed.arg_true().to_numpy()
    products = large.vectors[rows] @ target
    best = np.argsort(-products, kind="stable")[:k]
    names = large.items["item_id"].gather(rows[best].tolist()).to_list()
    assert_same(
        recommender.complements(context, slot, k, filters),
        [
            Complement(item_id=name, similarity=float(products[at]))
            for name, at in zip(names, best, strict=True)
        ],
    )
    assert len(rows) > k
