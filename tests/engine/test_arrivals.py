from dataclasses import replace

import numpy as np
import pytest
import torch

from data.errors import SchemaError, UnknownCategoryError
from engine.arrivals import Arrival, encode_arrivals, tokens_of
from engine.bundle import load_bundle
from engine.catalogue import Catalogue
from engine.recommender import Recommender
from engine.requests import ItemContent
from tests.engine.brute_force import content_of


@pytest.fixture(scope="module")
def catalogue(bundle) -> Catalogue:
    return Catalogue.of(bundle)


@torch.no_grad()
def test_an_arrival_is_encoded_as_an_inline_item(catalogue, tiny_recommender, look) -> None:
    name = next(iter(look))
    contents = [content_of(tiny_recommender, look, name), ItemContent(category="shoes")]
    arrivals = [
        Arrival(item_id=str(n), content=each, price=3.0, availability="in_stock")
        for n, each in enumerate(contents)
    ]
    first, second = encode_arrivals(catalogue, arrivals, ["items[0]", "items[1]"])
    features = catalogue.inline.features([(each, "") for each in contents])
    expected = catalogue.bundle.model.encode(features)
    for number, item in enumerate((first, second)):
        np.testing.assert_allclose(item.embedding, expected.vectors[number], atol=1e-6)
        assert (item.item_id, item.price, item.availability) == (str(number), 3.0, "in_stock")
        assert item.bundle_id == catalogue.bundle.manifest["bundle_id"]
    assert first.content.vectors["look"].tolist() == look[name].tolist()
    assert first.encoders == {"look": "precomputed"}
    assert second.encoders == {}
    tokens = tokens_of(catalogue, [first, second])
    np.testing.assert_array_equal(tokens.vectors[0], first.embedding)
    assert tokens.category.equal(expected.category)
    assert tokens.slot.equal(expected.slot)


@torch.no_grad()
def test_an_item_that_another_bundle_encoded_is_encoded_again(
    catalogue, other_seed, tiny_recommender, look
) -> None:
    other, name = Catalogue.of(load_bundle(other_seed)), next(iter(look))
    arrival = Arrival(item_id="a", content=content_of(tiny_recommender, look, name))
    (here,), (there,) = (encode_arrivals(each, [arrival], ["x"]) for each in (catalogue, other))
    assert not np.allclose(here.embedding, there.embedding, atol=1e-3)
    for first in (here, there):
        again = tokens_of(other, [first, there]).vectors
        np.testing.assert_allclose(again, np.stack([there.embedding] * 2), atol=1e-6)


@torch.no_grad()
def test_what_a_bundle_cannot_read_of_a_foreign_item_is_missing(catalogue, look) -> None:
    vector = next(iter(look.values()))
    content = ItemContent(category="zeppelins", title="silk", vectors={"look": vector, "x": vector})
    (own,) = encode_arrivals(
        catalogue, [Arrival(item_id="a", content=ItemContent(title="silk"))], ["items[0]"]
    )
    foreign = [
        replace(own, bundle_id="other", content=content, encoders=encoders)
        for encoders in ({"look": "another network"}, {})
    ]
    tokens = tokens_of(catalogue, foreign)
    for number in range(2):
        np.testing.assert_allclose(tokens.vectors[number], own.embedding, atol=1e-6)
        assert int(tokens.category[number]) == 0
    nothing = replace(content, vectors={"look": vector * np.nan})
    encoders = {"look": "precomputed"}
    unreadable = replace(foreign[0], content=nothing, encoders=encoders)
    too_short = replace(own, embedding=own.embedding[:-1])
    for item in (unreadable, too_short):
        again = tokens_of(catalogue, [item]).vectors[0]
        np.testing.assert_allclose(again, own.embedding, atol=1e-6)
    readable = replace(foreign[0], encoders=encoders)
    assert not np.allclose(tokens_of(catalogue, [readable]).vectors[0], own.embedding)


def test_the_price_of_an_arrival_stands_before_that_of_its_content(catalogue) -> None:
    priced = ItemContent(title="silk", price=5.0)
    arrivals = [
        Arrival(item_id="a", content=priced, price=7.0),
        Arrival(item_id="b", content=priced),
        Arrival(item_id="c", content=priced, price=0.0),
    ]
    items = encode_arrivals(catalogue, arrivals, ["x"] * 3)
    assert [item.price for item in items] == [7.0, 5.0, 0.0]
    assert {item.content.price for item in items} == {None}


def test_what_is_wrong_with_an_arrival_is_named(catalogue) -> None:
    wrong = Arrival(item_id="a", content=ItemContent(category="zeppelins"))
    with pytest.raises(UnknownCategoryError, match=r"items\[3\].category"):
        encode_arrivals(catalogue, [wrong], ["items[3]"])
    with pytest.raises(SchemaError, match="price"):
        encode_arrivals(
            catalogue,
            [Arrival(item_id="a", content=ItemContent(title="silk"), price=-1.0)],
            ["items[0]"],
        )
    assert encode_arrivals(catalogue, [], []) == []


def test_a_recommender_encodes_with_its_bundle(tiny_bundle) -> None:
    recommender = Recommender.load(tiny_bundle)
    (item,) = recommender.encode([Arrival(item_id="a", content=ItemContent(title="silk"))], ["x"])
    assert item.bundle_id == recommender.info.bundle_id
