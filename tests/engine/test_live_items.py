"""Items as they are now: what was updated is named, found and filtered as it is, and no other."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DuplicateError, SchemaError, UnknownCategoryError, UnknownItemError
from engine.questions import CategoriesQuestion, ItemsQuestion, UpsertQuestion
from engine.recommender import Recommender
from engine.requests import Filters, ItemContent, Slot, Upsert
from engine.update_records import UpdateRecords
from engine.updates import ItemChange, ItemDeletion, ItemUpdate, NewItem
from tests.engine.brute_force import content_of

BAGS = Slot(category="bags")
ALL = 1_000


def updates_of(recommender: Recommender, *upserts: Upsert) -> list[ItemUpdate]:
    (updates,) = recommender.answer([UpsertQuestion(upserts=upserts)])
    assert isinstance(updates, list)
    return updates


def after(recommender: Recommender, *updates: ItemUpdate) -> Recommender:
    version = recommender.overlay_version + 1
    return recommender.at(UpdateRecords().after(updates), version)


def found(recommender: Recommender, context: list[str], **asked: object) -> list[str]:
    filters = Filters(**asked)  # type: ignore[arg-type]
    return [one.item_id for one in recommender.complements(context, BAGS, ALL, filters)]


@pytest.fixture(scope="module")
def context(tiny_recommender, outfit) -> list[str]:
    items = tiny_recommender.items
    bags = set(items.filter(slot="bags")["item_id"])
    return [name for name in outfit if name not in bags]


@pytest.fixture(scope="module")
def bags(tiny_recommender, context) -> list[str]:
    names = found(tiny_recommender, context)
    assert len(names) > 5
    return names


def test_without_updates_nothing_changes(tiny_recommender, context, bags) -> None:
    assert tiny_recommender.overlay_version == 0
    same = tiny_recommender.at(UpdateRecords(), 7)
    assert same.overlay_version == 7
    assert found(same, context) == bags
    assert same.info is tiny_recommender.info


def test_a_deleted_item_is_not_found_nor_known(tiny_recommender, context, bags) -> None:
    live = after(tiny_recommender, ItemDeletion(item_id=bags[0]))
    assert found(live, context) == bags[1:]
    assert live.unknown(bags[:2]) == (bags[0],)
    with pytest.raises(UnknownItemError):
        live.score([[bags[0]]])
    assert tiny_recommender.unknown(bags) == ()
    assert live.answer([ItemsQuestion(item_ids=bags[:1])]) == [[]]


def test_a_deleted_item_comes_back_with_its_deletion_gone(tiny_recommender, context, bags) -> None:
    live = after(tiny_recommender, ItemDeletion(item_id=bags[0]))
    assert found(live.at(UpdateRecords(), 2), context) == bags


def test_a_new_price_and_stock_pass_the_filters_that_they_should(
    tiny_recommender, context, bags
) -> None:
    dear, gone = bags[0], bags[1]
    live = after(
        tiny_recommender,
        ItemChange(item_id=dear, price=99_999.0, availability="in_stock"),
        ItemChange(item_id=gone, availability="out_of_stock"),
    )
    assert found(live, context) == bags
    assert found(live, context, min_price=99_998.0) == [dear]
    assert dear not in found(live, context, max_price=99_998.0)
    stocked = found(live, context, in_stock_only=True)
    assert dear in stocked
    assert gone not in stocked
    cheaper = live.at(live.catalogue.records.after([ItemChange(item_id=dear, price=1.0)]), 2)
    assert found(cheaper, context, min_price=99_998.0) == []
    assert dear in found(cheaper, context, max_price=1.0, in_stock_only=True)


def test_a_new_item_is_found_where_its_content_puts_it(
    tiny_recommender, context, bags, look
) -> None:
    twin = next(name for name in bags if name in look)
    content = content_of(tiny_recommender, look, twin)
    (update,) = updates_of(
        tiny_recommender,
        Upsert(item_id="new-bag", content=content, price=3.0, availability="in_stock"),
    )
    live = after(tiny_recommender, update)
    complements = live.complements(context, BAGS, ALL)
    by_id = {one.item_id: one.similarity for one in complements}
    assert set(by_id) == {*bags, "new-bag"}
    assert by_id["new-bag"] == pytest.approx(by_id[twin], abs=1e-4)
    similarities = [one.similarity for one in complements]
    assert similarities == sorted(similarities, reverse=True)
    assert "new-bag" in found(live, context, max_price=3.0, in_stock_only=True)
    assert "new-bag" not in found(live, context, max_price=2.9)
    assert "new-bag" not in found(live, context, exclude=frozenset({"new-bag"}))
    assert "new-bag" not in found(live, [*context, "new-bag"])


def test_a_new_item_is_judged_as_the_inline_one(tiny_recommender, outfit, look) -> None:
    content = content_of(tiny_recommender, look, next(iter(look)))
    (update,) = updates_of(tiny_recommender, Upsert(item_id="new", content=content))
    live = after(tiny_recommender, update)
    by_id, inline = live.score([[*outfit, "new"], [*outfit, content]])
    assert by_id.logit == pytest.approx(inline.logit, abs=1e-4)
    assert by_id.missing == inline.missing
    assert live.missing(["new"]) == tiny_recommender.missing([content])
    assert live.explain(["new", outfit[0]]).items


def test_an_item_described_anew_is_what_it_is_told_to_be(
    tiny_recommender, context, bags, look
) -> None:
    other = next(name for name in look if name not in bags)
    content = content_of(tiny_recommender, look, other)
    (update,) = updates_of(tiny_recommender, Upsert(item_id=bags[0], content=content))
    live = after(tiny_recommender, update)
    assert found(live, context) == bags[1:]
    renamed, original = live.score([[bags[0], bags[1]], [other, bags[1]]])
    assert renamed.logit == pytest.approx(original.logit, abs=1e-4)
    gone = live.at(live.catalogue.records.after([ItemDeletion(item_id=bags[0])]), 2)
    assert gone.unknown([bags[0]]) == (bags[0],)
    back = gone.at(gone.catalogue.records.after([update]), 3)
    assert back.unknown([bags[0]]) == ()
    again = back.score([[bags[0], bags[1]]])[0].logit
    assert again == pytest.approx(renamed.logit, abs=1e-5)  # float32 sums in another order


def test_an_embedding_of_another_bundle_is_made_again_from_the_content(
    tiny_recommender, outfit, look
) -> None:
    content = content_of(tiny_recommender, look, next(iter(look)))
    (own,) = updates_of(tiny_recommender, Upsert(item_id="new", content=content))
    assert isinstance(own, NewItem)
    foreign = replace(own, bundle_id="another", embedding=np.ones(3, np.float32))
    unreadable = replace(
        foreign,
        content=replace(
            own.content, category="zeppelin", vectors={"smell": np.ones(2, np.float32)}
        ),
    )
    expected = after(tiny_recommender, own).score([[*outfit, "new"]])[0].logit
    again = after(tiny_recommender, foreign).score([[*outfit, "new"]])[0].logit
    assert again == pytest.approx(expected, abs=1e-4)
    assert np.isfinite(after(tiny_recommender, unreadable).score([[*outfit, "new"]])[0].logit)


def test_models_read_the_prices_of_now(tiny_recommender, bags) -> None:
    content = ItemContent(category="pumps", title="Silk pumps", price=8.0)
    (new,) = updates_of(tiny_recommender, Upsert(item_id="new", content=content))
    assert new.price == 8.0
    changed = ItemChange(item_id=bags[0], price=100.0)
    live = after(tiny_recommender, new, changed, ItemChange(item_id=bags[1], price=0.0))
    tokens = live.catalogue.join(["new", *bags[:3]], [])
    before = tiny_recommender.catalogue.join(bags[:3], [])
    expected = [np.log(8.0), np.log(100.0), np.nan, before.log_prices[2].item()]
    np.testing.assert_allclose(tokens.log_prices.numpy(), expected, rtol=1e-6)
    assert not np.isclose(before.log_prices[0].item(), np.log(100.0))


def test_items_are_told_as_they_are_now(tiny_recommender, bags) -> None:
    content = ItemContent(category="pumps", title="Silk pumps", attributes={"colour": "red"})
    (new,) = updates_of(tiny_recommender, Upsert(item_id="new", content=content, price=5.0))
    live = after(tiny_recommender, new, ItemChange(item_id=bags[0], price=7.0))
    asked = ItemsQuestion(item_ids=["new", "nobody", bags[1], bags[0]])
    (items,) = live.answer([asked])
    (before,) = tiny_recommender.answer([asked])
    assert [one.item_id for one in items] == ["new", bags[1], bags[0]]
    assert (items[0].title, items[0].slot, items[0].price) == ("Silk pumps", "shoes", 5.0)
    assert items[0].attributes == {"colour": "red"}
    assert items[1] == before[0]
    assert items[2] == replace(before[1], price=7.0, updated=True)
    row = tiny_recommender.items.row(by_predicate=_is(bags[1]), named=True)
    assert (items[1].title, items[1].price, items[1].updated) == (row["title"], row["price"], False)


def _is(name: str):
    import polars as pl  # noqa: PLC0415

    return pl.col("item_id") == name


def test_categories_count_the_items_that_are_there_now(tiny_recommender, bags) -> None:
    (before,) = tiny_recommender.answer([CategoriesQuestion()])
    assert sum(one.num_items for one in before) == 200
    assert [one.category for one in before] == tiny_recommender.info.categories
    (new,) = updates_of(tiny_recommender, Upsert(item_id="n", content=ItemContent(category="bags")))
    live = after(tiny_recommender, new, *(ItemDeletion(item_id=name) for name in bags))
    (now,) = live.answer([CategoriesQuestion()])
    assert sum(one.num_items for one in now if one.slot == "bags") == 1
    assert sum(one.num_items for one in now) == 201 - len(bags)


@pytest.mark.parametrize(
    ("upserts", "kind", "field"),
    [
        ([Upsert(item_id="nobody", price=1.0)], UnknownItemError, "items[0].item_id"),
        (
            [Upsert(item_id="a", content=ItemContent(title="x"))] * 2,
            DuplicateError,
            "items[1].item_id",
        ),
        (
            [Upsert(item_id="a", content=ItemContent(category="zeppelin"))],
            UnknownCategoryError,
            "items[0].content.category",
        ),
        (
            [Upsert(item_id="a", content=ItemContent(vectors={"look": np.ones(2, np.float32)}))],
            SchemaError,
            "items[0].content.vectors[look]",
        ),
    ],
)
def test_a_wrong_upsert_is_refused_with_its_field(tiny_recommender, upserts, kind, field) -> None:
    (error,) = tiny_recommender.answer([UpsertQuestion(upserts=upserts)])
    assert type(error) is kind
    assert error.field == field


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_updates_one_by_one_come_to_the_same_as_all_at_once(
    tiny_recommender, context, bags, data: st.DataObject
) -> None:
    new = updates_of(
        tiny_recommender,
        *(
            Upsert(
                item_id=name, content=ItemContent(category="bags", title=f"Bag {name}"), price=4.0
            )
            for name in ("n1", "n2", bags[2])
        ),
    )
    names = st.sampled_from([*bags[:4], "n1", "n2"])
    update = (
        st.sampled_from(new)
        | st.builds(ItemDeletion, item_id=names)
        | st.builds(
            ItemChange,
            item_id=names,
            price=st.sampled_from([None, 1.0, 9.0]),
            availability=st.sampled_from([None, "in_stock", "out_of_stock"]),
        )
    )
    updates = data.draw(st.lists(update, max_size=8))
    stepwise, records = tiny_recommender, UpdateRecords()
    for number, one in enumerate(updates, start=1):
        records = records.after([one])
        stepwise = stepwise.at(records, number)
    at_once = after(tiny_recommender, *updates)
    for asked in ({}, {"max_price": 5.0}, {"in_stock_only": True}):
        assert sorted(found(stepwise, context, **asked)) == sorted(found(at_once, context, **asked))
    everything = ItemsQuestion(item_ids=[*bags, "n1", "n2"])
    assert stepwise.answer([everything]) == at_once.answer([everything])
