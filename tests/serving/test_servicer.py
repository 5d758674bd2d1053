"""Wire tests: a real server on a free port, answers known by construction."""

import numpy as np
import pytest

from engine.requests import Filters, ItemContent, ItemContribution, Replacement, Slot
from serving.client import OutfitClient
from serving.client_codec import Missing
from serving.engine_slot import OutfitEngine
from tests.serving.planted_shop import PlantedShop

NAVY = ["navy-shirt", "navy-jeans"]
SHOES = Slot(category="shoes")
TEAL = np.array([0.8, 0.0, 0.6], np.float32)


def test_the_planted_shop_is_an_engine():
    assert isinstance(PlantedShop(), OutfitEngine)


def test_outfits_are_scored_in_the_order_asked(client: OutfitClient):
    answer = client.score([["navy-shirt", "red-dress"], NAVY])
    assert answer.bundle_id == "planted-1"
    assert [score.logit for score in answer.scores] == pytest.approx([0.5**0.5, 1.0])
    assert [score.probability for score in answer.scores] == pytest.approx([0.5, 1.0])


def test_a_missing_modality_is_named_where_it_stands_in_the_request(client: OutfitClient):
    lack = Missing(field="outfits[1].items[1]", modality="image")
    assert client.score([NAVY, ["navy-shirt", "red-dress"]]).missing == (lack,)
    filled = client.fill(["navy-shirt", "red-dress"], ["red-shoes", "red-dress"])
    assert [one.field for one in filled.missing] == ["context[1]", "candidates[1]"]
    assert [one.field for one in client.complements(["red-dress"], SHOES).missing] == ["context[0]"]
    assert [one.field for one in client.embed_target(["red-dress"], SHOES).missing] == [
        "context[0]"
    ]


def test_candidates_come_back_best_first_with_their_positions(client: OutfitClient):
    answer = client.fill(NAVY, ["gold-shoes", "teal-shoes", "navy-shoes"])
    assert [one.item_id for one in answer.ranked] == ["navy-shoes", "teal-shoes", "gold-shoes"]
    assert [one.position for one in answer.ranked] == [2, 1, 0]
    assert [one.logit for one in answer.ranked] == pytest.approx([1.0, 0.8, 0.0])
    assert answer.bundle_id == "planted-1"


def test_the_slot_of_a_blank_reaches_the_engine(client: OutfitClient):
    candidates = ["navy-jeans", "gold-shoes"]
    assert client.fill(["navy-shirt"], candidates).ranked[0].item_id == "navy-jeans"
    assert client.fill(["navy-shirt"], candidates, slot=SHOES).ranked[0].item_id == "gold-shoes"


def test_an_inline_item_is_ranked_by_its_content_and_has_no_identifier(client: OutfitClient):
    inline = ItemContent(category="shoes", vectors={"colour": TEAL})
    ranked = client.fill(NAVY, ["gold-shoes", inline]).ranked
    assert (ranked[0].position, ranked[0].item_id) == (1, "")
    assert ranked[0].logit == pytest.approx(0.8, abs=1e-6)


def test_complements_are_the_best_k_of_the_slot(client: OutfitClient):
    answer = client.complements(NAVY, SHOES, k=2)
    assert [one.item_id for one in answer.complements] == ["navy-shoes", "teal-shoes"]
    assert [one.similarity for one in answer.complements] == pytest.approx([1.0, 0.8])
    assert answer.bundle_id == "planted-1"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(exclude=frozenset({"navy-shoes", "never-heard-of"})), "teal-shoes"),
        (Filters(max_price=70.0), "teal-shoes"),
        (Filters(max_price=30.0), "red-shoes"),
        (Filters(min_price=61.0), "navy-shoes"),
        (Filters(in_stock_only=True), "teal-shoes"),
    ],
)
def test_every_filter_changes_what_comes_first(
    client: OutfitClient, filters: Filters, expected: str
):
    found = client.complements(["navy-shirt", "gold-shoes"], SHOES, k=1).complements
    assert found[0].item_id == "teal-shoes"
    found = client.complements(NAVY, SHOES, k=1, filters=filters).complements
    assert found[0].item_id == expected


def test_every_answer_names_the_bundle_the_overlay_and_what_is_not_held(client: OutfitClient):
    filters = Filters(exclude=frozenset({"navy-shoes", "gone-2", "gone-1"}))
    for answer, missing in (
        (client.score([NAVY]), ()),
        (client.fill(NAVY, NAVY), ()),
        (client.embed_target(NAVY, SHOES), ()),
        (client.complements(NAVY, SHOES, filters=filters), ("gone-1", "gone-2")),
        (client.explain(NAVY, filters=filters), ("gone-1", "gone-2")),
    ):
        assert (answer.bundle_id, answer.overlay_version) == ("planted-1", 0)
        assert answer.missing_item_ids == missing


def test_relevance_is_told_where_the_engine_knows_it_and_may_shorten_the_answer(
    client: OutfitClient,
):
    found = client.complements(NAVY, SHOES, k=4).complements
    relevance = {one.item_id: one.relevance for one in found}
    assert relevance["teal-shoes"] == pytest.approx(0.8)
    assert relevance["gold-shoes"] is None
    assert relevance["red-shoes"] == 0.0
    for least, number in ((0.0, 4), (0.8, 3), (0.9, 2), (1.0, 2)):
        assert len(client.complements(NAVY, SHOES, k=4, min_relevance=least).complements) == number


def test_an_explanation_arrives_whole(client: OutfitClient):
    answer = client.explain(["navy-shirt", "red-dress", "teal-shoes"])
    assert (answer.bundle_id, answer.empty_logit, answer.exact) == ("planted-1", -1.0, True)
    assert answer.score == client.score([["navy-shirt", "red-dress", "teal-shoes"]]).scores[0]
    assert answer.items[2] == ItemContribution(contribution=2.0, alone=1.0, left_out=0.5)
    assert [(one.first, one.second) for one in answer.pairs] == [(0, 1), (0, 2), (1, 2)]
    assert answer.pairs[1].contribution == pytest.approx(0.8)
    assert answer.weakest == 0
    assert answer.replacement == Replacement(item_id="navy-shoes", logit=9.0, probability=0.9)
    assert answer.missing == (Missing(field="items[1]", modality="image"),)
    assert not client.explain(["navy-shirt"] * 4).exact


def test_what_may_not_be_proposed_is_not(client: OutfitClient):
    assert client.explain(NAVY, filters=Filters(in_stock_only=True)).replacement is None


def test_the_target_is_the_vector_that_complements_are_searched_with(client: OutfitClient):
    context = ["navy-shirt", "gold-shoes"]
    answer = client.embed_target(context, SHOES)
    assert answer.vector == pytest.approx(np.array([0.5**0.5, 0.0, 0.5**0.5]))
    best = client.complements(context, SHOES, k=1).complements[0]
    assert best.similarity == pytest.approx(float(answer.vector @ TEAL), abs=1e-6)
