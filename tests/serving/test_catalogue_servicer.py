"""Wire tests of CatalogService over a real bundle: what is updated is so in every answer."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.recommender import Recommender
from engine.requests import Filters, ItemContent, Slot, Upsert
from serving.call_error import CallError
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.engine_slot import EngineSlot
from serving.overlay.file_log import FileLog
from serving.pb.outfit.v1 import catalog_service_pb2 as pb
from serving.pb.outfit.v1 import catalog_service_pb2_grpc
from serving.server_parts import Parts
from tests.serving.background_server import background_server, background_server_of
from tests.serving.contract_messages import messages
from tests.serving.repeated_calls import PATIENCE_S

BAGS = Slot(category="bags")
CLUTCH = ItemContent(category="bags", title="Silk clutch", attributes={"colour": "red"})


@pytest.fixture
def at(tiny_recommender: Recommender) -> Iterator[str]:
    """A server of its own for every test, as updates last."""
    with background_server(tiny_recommender) as server:
        yield server.address


@pytest.fixture
def catalogue(at: str) -> Iterator[CatalogueClient]:
    with CatalogueClient(at) as client:
        yield client


@pytest.fixture
def asker(at: str) -> Iterator[OutfitClient]:
    with OutfitClient(at) as client:
        yield client


@pytest.fixture(scope="module")
def context(tiny_recommender: Recommender) -> list[str]:
    items = tiny_recommender.items
    return items.filter(items["slot"] != "bags")["item_id"].to_list()[:2]


def bags(client: OutfitClient, context: list[str], **filters: object) -> list[str]:
    allowed = Filters(**filters)  # type: ignore[arg-type]
    answer = client.complements(context, BAGS, k=1_000, filters=allowed)
    return [one.item_id for one in answer.complements]


def test_items_come_in_the_order_asked_and_the_others_are_named(
    catalogue: CatalogueClient, tiny_recommender: Recommender
):
    rows = tiny_recommender.items.head(2).to_dicts()
    answer = catalogue.items([rows[1]["item_id"], "nobody", rows[0]["item_id"]])
    assert [one.item_id for one in answer.items] == [rows[1]["item_id"], rows[0]["item_id"]]
    assert answer.missing_item_ids == ("nobody",)
    assert (answer.bundle_id, answer.overlay_version) == (tiny_recommender.info.bundle_id, 0)
    second = answer.items[1]
    for name in ("title", "category", "slot", "price", "currency", "availability", "popularity"):
        assert getattr(second, name) == rows[0][name]
    assert second.attributes == {one["name"]: one["value"] for one in rows[0]["attributes"]}
    assert not second.updated


def test_items_too_large_to_be_sent_together_are_refused_by_name(catalogue: CatalogueClient):
    text = "\U0001f600" * 2_000
    large = replace(
        CLUTCH,
        title=text,
        description=text,
        attributes={f"{number:03d}{text[:250]}": text for number in range(64)},
    )
    names = [f"large{number:02d}" for number in range(60)]
    for start in range(0, len(names), 20):
        catalogue.upsert(
            [Upsert(item_id=name, content=large) for name in names[start : start + 20]]
        )
    with pytest.raises(CallError) as caught:
        catalogue.items(names)
    assert (caught.value.code, caught.value.reason) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_FIELD",
    )
    assert [one.field for one in caught.value.violations] == ["item_ids"]
    assert "items of at most 32 MiB together" in str(caught.value)
    assert len(catalogue.items(names[:55]).items) == 55


def test_a_deleted_item_never_comes_back_nor_can_be_named(
    catalogue: CatalogueClient, asker: OutfitClient, context: list[str]
):
    before = bags(asker, context)
    answer = catalogue.delete([before[0], "nobody"])
    assert (answer.overlay_version, answer.missing_item_ids) == (1, ("nobody",))
    assert bags(asker, context) == before[1:]
    assert asker.score([context]).overlay_version == 1
    with pytest.raises(CallError) as caught:
        asker.score([[before[0]]])
    assert caught.value.code is grpc.StatusCode.NOT_FOUND
    assert catalogue.items([before[0]]).missing_item_ids == (before[0],)
    assert catalogue.delete([before[0]]).overlay_version == 1  # nothing is left to delete


def test_a_new_price_and_stock_obey_the_filters(
    catalogue: CatalogueClient, asker: OutfitClient, context: list[str]
):
    name = bags(asker, context)[0]
    catalogue.upsert([Upsert(item_id=name, price=99_999.0, availability="out_of_stock")])
    assert bags(asker, context, min_price=99_998.0) == [name]
    assert name not in bags(asker, context, in_stock_only=True)
    catalogue.upsert([Upsert(item_id=name, availability="in_stock")])
    assert bags(asker, context, min_price=99_998.0, in_stock_only=True) == [name]
    (item,) = catalogue.items([name]).items
    assert (item.price, item.availability, item.updated) == (99_999.0, "in_stock", True)


def test_a_new_item_is_found_named_and_told(
    catalogue: CatalogueClient, asker: OutfitClient, context: list[str]
):
    before = bags(asker, context)
    upsert = Upsert(item_id="clutch", content=CLUTCH, price=5.0, availability="preorder")
    answer = catalogue.upsert([upsert])
    assert answer.overlay_version == 1
    lacking = {(one.field, one.modality) for one in answer.missing}
    assert lacking == {("items[0]", "look"), ("items[0]", "category")}
    assert set(bags(asker, context)) == {*before, "clutch"}
    by_id, inline = asker.score(
        [[*context, "clutch"], [*context, replace(CLUTCH, price=5.0)]]
    ).scores
    assert by_id.logit == pytest.approx(inline.logit, abs=1e-4)
    (item,) = catalogue.items(["clutch"]).items
    assert (item.title, item.slot, item.price) == ("Silk clutch", "bags", 5.0)
    assert (item.attributes, item.availability) == ({"colour": "red"}, "preorder")
    catalogue.delete(["clutch"])
    assert bags(asker, context) == before


def test_categories_are_counted_as_items_are_now(
    catalogue: CatalogueClient, tiny_recommender: Recommender
):
    before = catalogue.categories().categories
    assert sum(one.num_items for one in before) == tiny_recommender.items.height
    assert [one.category for one in before] == sorted(tiny_recommender.items["category"].unique())
    first = before[0].category
    items = tiny_recommender.items
    catalogue.delete(items.filter(items["category"] == first)["item_id"].to_list())
    assert [one.category for one in catalogue.categories().categories] == [
        one.category for one in before[1:]
    ]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.UpsertItemsRequest(), "items"),
        (pb.UpsertItemsRequest(items=[pb.ItemUpsert(item_id="a", price=1)] * 257), "items"),
        (pb.UpsertItemsRequest(items=[pb.ItemUpsert(price=1)]), "items[0].item_id"),
        (pb.UpsertItemsRequest(items=[pb.ItemUpsert(item_id="a")]), "items[0]"),
        (pb.UpsertItemsRequest(items=[pb.ItemUpsert(item_id="a", price=-1)]), "items[0].price"),
        (
            pb.UpsertItemsRequest(items=[pb.ItemUpsert(item_id="a", price=float("nan"))]),
            "items[0].price",
        ),
        (
            pb.UpsertItemsRequest(items=[pb.ItemUpsert(item_id="a", availability=9)]),
            "items[0].availability",
        ),
        (
            pb.UpsertItemsRequest(items=[pb.ItemUpsert(item_id="a", content={"title": "x"})]),
            "items[0].content.category",
        ),
        (
            pb.UpsertItemsRequest(items=[pb.ItemUpsert(item_id="a", content={"category": "zep"})]),
            "items[0].content.category",
        ),
        (pb.UpsertItemsRequest(items=[pb.ItemUpsert(item_id="a", price=1)]), "items[0].item_id"),
    ],
)
def test_a_wrong_upsert_names_its_field_and_changes_nothing(
    request_: pb.UpsertItemsRequest, field: str, at: str, catalogue: CatalogueClient
):
    with grpc.insecure_channel(at) as channel:
        stub = catalog_service_pb2_grpc.CatalogServiceStub(channel)
        with pytest.raises(CallError) as caught:
            catalogue._call(stub.UpsertItems, request_)
    assert caught.value.violations[0].field == field
    assert catalogue.categories().overlay_version == 0


@pytest.mark.parametrize(
    ("item_ids", "field", "reason"),
    [
        ([], "item_ids", "INVALID_FIELD"),
        (["a"] * 1_001, "item_ids", "INVALID_FIELD"),
        (["a", ""], "item_ids[1]", "INVALID_FIELD"),
        (["a", "b", "a"], "item_ids[2]", "DUPLICATE"),
    ],
)
def test_wrong_identifiers_are_refused_by_reads_and_deletions(
    item_ids: list[str], field: str, reason: str, catalogue: CatalogueClient
):
    for ask in (catalogue.items, catalogue.delete):
        with pytest.raises(CallError) as caught:
            ask(item_ids)
        assert caught.value.reason == reason
        assert caught.value.violations[0].field == field


def test_updates_outlive_the_server(tiny_recommender: Recommender, tmp_path: Path):
    def parts() -> Parts:
        return Parts(slot=EngineSlot(tiny_recommender), log=FileLog(tmp_path))

    with background_server_of(parts) as server, CatalogueClient(server.address) as client:
        client.upsert([Upsert(item_id="clutch", content=CLUTCH)])
    with background_server_of(parts) as server, CatalogueClient(server.address) as client:
        answer = client.items(["clutch"])
    assert (answer.overlay_version, answer.items[0].title) == (1, "Silk clutch")


METHODS = {
    "BatchGetItems": pb.BatchGetItemsRequest,
    "UpsertItems": pb.UpsertItemsRequest,
    "DeleteItems": pb.DeleteItemsRequest,
    "ListCategories": pb.ListCategoriesRequest,
}


@pytest.fixture(scope="module")
def shared(tiny_recommender: Recommender) -> Iterator[str]:
    with background_server(tiny_recommender) as server:
        yield server.address


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_message_of_the_contract_is_answered_internal(
    name: str, data: st.DataObject, shared: str
):
    request = data.draw(messages(METHODS[name].DESCRIPTOR))
    with grpc.insecure_channel(shared) as channel:
        method = channel.unary_unary(f"/outfit.v1.CatalogService/{name}")
        call = method.future(request.SerializeToString(), timeout=PATIENCE_S)
        assert call.code() in {
            grpc.StatusCode.OK,
            grpc.StatusCode.INVALID_ARGUMENT,
            grpc.StatusCode.NOT_FOUND,
        }
