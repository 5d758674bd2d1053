"""What a recommender adds to its answers: relevance, explanations, doubt where things lack."""

from dataclasses import replace

import numpy as np
import pytest

from data.dataset import Dataset
from data.errors import BundleError, SchemaError, UnknownItemError
from engine.confidence import Confidence
from engine.questions import ComplementsQuestion
from engine.recommender import Recommender
from engine.requests import Filters, ItemContent, Slot
from tests.engine.brute_force import content_of

BAGS = Slot(category="bags")


def test_relevance_orders_complements_as_similarity_does(tiny_recommender, outfit) -> None:
    found = tiny_recommender.complements(outfit[:2], BAGS, 30)
    relevance = [one.relevance for one in found]
    assert all(0 <= value <= 1 for value in relevance)
    assert relevance == sorted(relevance, reverse=True)
    assert len({round(value, 6) for value in relevance}) > 5


def test_the_least_relevance_keeps_a_head_of_the_answer(tiny_recommender, outfit) -> None:
    whole = tiny_recommender.complements(outfit[:2], BAGS, 30)
    least = whole[4].relevance
    assert tiny_recommender.complements(outfit[:2], BAGS, 30, min_relevance=least) == [
        one for one in whole if one.relevance >= least
    ]
    assert tiny_recommender.complements(outfit[:2], BAGS, 30, min_relevance=0.0) == whole
    assert tiny_recommender.complements(outfit[:2], BAGS, 30, min_relevance=1.0) == []


def test_a_batch_tells_the_relevance_of_single_questions(tiny_recommender, outfit) -> None:
    contexts, slots = [outfit[:2], outfit[1:], outfit[:1]], [BAGS, Slot(category="shoes"), BAGS]
    for least in (None, 0.5):
        answers = tiny_recommender.complements_of_each(
            [
                ComplementsQuestion(context=context, slot=slot, k=5, min_relevance=least)
                for context, slot in zip(contexts, slots, strict=True)
            ]
        )
        for context, slot, answer in zip(contexts, slots, answers, strict=True):
            alone = tiny_recommender.complements(context, slot, 5, min_relevance=least)
            assert [one.item_id for one in answer] == [one.item_id for one in alone]
            assert [one.relevance for one in answer] == pytest.approx(
                [one.relevance for one in alone], abs=1e-5
            )


@pytest.mark.parametrize("least", [-0.1, 1.1, float("nan")])
def test_a_relevance_beyond_its_scale_is_refused(tiny_recommender, outfit, least) -> None:
    with pytest.raises(SchemaError, match="'min_relevance': expected 0 to 1"):
        tiny_recommender.complements(outfit, BAGS, 5, min_relevance=least)


def test_a_bundle_that_cannot_tell_relevance_says_so(bundle, outfit) -> None:
    bare = Recommender(replace(bundle, confidence=Confidence.none(bundle.preparation.num_parts)))
    assert {one.relevance for one in bare.complements(outfit, BAGS, 5)} == {None}
    with pytest.raises(BundleError, match="relevance adapter"):
        bare.complements(outfit, BAGS, 5, min_relevance=0.5)


def test_hiding_content_lowers_confidence_on_average(tiny_recommender, tiny_shop, look) -> None:
    dataset = Dataset.load(tiny_shop)
    ids = np.array(dataset.items["item_id"].to_list())
    rng = np.random.default_rng(0)
    real = [ids[rows].tolist() for rows in dataset.outfit_rows("test")[:20]]
    outfits = real + [rng.choice(ids, len(names), replace=False).tolist() for names in real]
    hidings = {
        "nothing": {},
        "all": {"vectors": {}, "title": None, "description": None, "attributes": {}},
        "all and category": {
            "vectors": {},
            "title": "?",
            "description": None,
            "attributes": {},
            "category": None,
        },
    }
    confidence = {}
    for name, changes in hidings.items():
        inline = [
            [replace(content_of(tiny_recommender, look, item), **changes) for item in outfit]
            for outfit in outfits
        ]
        scores = tiny_recommender.score(inline)
        confidence[name] = np.mean([abs(score.probability - 0.5) for score in scores])
    assert confidence["all and category"] < confidence["all"] < confidence["nothing"]
    assert confidence["all and category"] < 0.5 * confidence["nothing"]


def test_contributions_sum_to_the_logit_of_the_score(tiny_recommender, outfit) -> None:
    told = tiny_recommender.explain(outfit)
    (score,) = tiny_recommender.score([outfit])
    assert told.score.logit == pytest.approx(score.logit, abs=1e-4)
    assert told.score.probability == pytest.approx(score.probability, abs=1e-4)
    assert told.exact
    contributed = sum(item.contribution for item in told.items)
    assert told.empty_logit + contributed == pytest.approx(score.logit, abs=1e-4)
    alone, pairs = (sum(i.alone for i in told.items), sum(p.contribution for p in told.pairs))
    assert told.empty_logit + alone + pairs == pytest.approx(score.logit, abs=1e-4)
    for place, item in enumerate(told.items):
        rest = [name for other, name in enumerate(outfit) if other != place]
        (left,) = tiny_recommender.score([rest])
        assert item.left_out == pytest.approx(score.logit - left.logit, abs=1e-4)
    assert told.items[told.weakest].left_out == min(item.left_out for item in told.items)


def test_a_replacement_is_of_the_kind_of_the_weakest_and_raises_the_logit(
    tiny_recommender, tiny_shop
) -> None:
    dataset = Dataset.load(tiny_shop)
    ids = np.array(dataset.items["item_id"].to_list())
    category = dict(zip(ids, dataset.items["category"], strict=True))
    rng = np.random.default_rng(0)
    replaced = 0
    for _ in range(10):
        outfit = rng.choice(ids, 4, replace=False).tolist()
        told = tiny_recommender.explain(outfit)
        if told.replacement is None:
            continue
        replaced += 1
        name = told.replacement.item_id
        assert name not in outfit
        assert category[name] == category[outfit[told.weakest]]
        better = [*outfit[: told.weakest], name, *outfit[told.weakest + 1 :]]
        (score,) = tiny_recommender.score([better])
        assert told.replacement.logit == pytest.approx(score.logit, abs=1e-4)
        assert told.replacement.probability == pytest.approx(score.probability, abs=1e-4)
        assert score.logit > told.score.logit
        barred = tiny_recommender.explain(outfit, Filters(exclude=frozenset({name})))
        assert barred.replacement is None or barred.replacement.item_id != name
    assert replaced >= 5


def test_nothing_is_proposed_where_nothing_passes_or_nothing_is_known(
    tiny_recommender, outfit
) -> None:
    everything = Filters(exclude=frozenset(tiny_recommender.items["item_id"]))
    assert tiny_recommender.explain(outfit, everything).replacement is None
    assert tiny_recommender.explain(outfit[:1]).replacement is None
    assert tiny_recommender.explain([ItemContent(title="?"), ItemContent(title="!")]) is not None


def test_a_wrong_item_of_an_explanation_is_refused_with_its_place(tiny_recommender) -> None:
    with pytest.raises(UnknownItemError, match=r"items\[1\]"):
        tiny_recommender.explain([tiny_recommender.items["item_id"][0], "nobody"])
