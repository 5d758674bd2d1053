from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch

from data.dataset import Dataset
from data.errors import (
    BundleError,
    UnknownItemError,
)
from engine.bundle import write_bundle
from engine.catalogue import Catalogue
from engine.presence import known_parts, known_shares
from engine.recommender import Recommender
from engine.requests import Filters, Item, ItemContent, Slot
from engine.training import fit, prepare
from graph.outfits import pad_outfits
from tests.engine.brute_force import content_of
from tests.engine.planted import CATEGORIES, store, tiny_config


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
    tokens = Catalogue.of(bundle).tokens
    outfits = [outfit, outfit[:2], outfit[1:]]
    scores = tiny_recommender.score(outfits)
    for names, score in zip(outfits, scores, strict=True):
        batch = pad_outfits([[row_of[name] for name in names]])
        logit = bundle.model.judge(tokens, batch).compatibility.item()
        assert score.logit == pytest.approx(logit, abs=1e-4)
        known = known_shares(known_parts(tokens, bundle.preparation.widths), batch).double()
        calibrator = bundle.confidence.calibration.calibrator
        expected = calibrator.probability(np.array([score.logit]), known.numpy())
        assert score.probability == pytest.approx(expected[0], abs=1e-6)


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


def test_ids_that_the_catalogue_does_not_hold_are_told_once_in_their_order(
    tiny_recommender, outfit
) -> None:
    assert tiny_recommender.unknown(["b", outfit[0], "a", "b"]) == ("b", "a")


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
        "4:category",
        "5:look",
        "5:words",
        "5:attributes",
        "5:category",
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
def test_a_slot_adds_ten_times_the_similarity_to_the_target(
    tiny_recommender, bundle, outfit, slot
) -> None:
    context, candidates = outfit[1:], [outfit[0], *_others(tiny_recommender, outfit, 5)]
    target = tiny_recommender.embed_target(context, slot)
    plain = {each.item_id: each.logit for each in tiny_recommender.fill(context, candidates)}
    vectors = dict(zip(bundle.items["item_id"], bundle.vectors, strict=True))
    for each in tiny_recommender.fill(context, candidates, slot):
        vector = vectors[each.item_id]
        assert each.logit == pytest.approx(
            plain[each.item_id] + 10 * float(vector @ target), abs=1e-3
        )


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
