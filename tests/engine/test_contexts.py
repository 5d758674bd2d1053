import pytest

from engine.contexts import MAX_ITEMS, BadLine, Context, read_context
from engine.requests import ItemContent
from serving.codec import MAX_ITEMS as MAX_ITEMS_OF_THE_SERVICE


def test_a_record_becomes_a_context_named_by_its_id_or_else_by_its_line():
    named = read_context({"context_id": "c1", "items": ["a", 7], "customer": "x"}, 3)
    assert isinstance(named, Context)
    assert (named.line, named.context_id, named.items) == (3, "c1", ("a", "7"))
    for record in ({"items": ["a"]}, {"context_id": None, "items": ["a"]}):
        unnamed = read_context(record, 3)
        assert isinstance(unnamed, Context)
        assert unnamed.context_id == "3"


def test_an_inline_item_keeps_every_field():
    attributes = {"colour": "red", "size": 38, "fabric": None, "cut": ""}
    inline = {"category": "tops", "title": "Shirt", "description": "Long", "attributes": attributes}
    context = read_context({"items": ["a", inline, {"category": "tops"}]}, 1)
    assert isinstance(context, Context)
    _, item, bare = context.items
    assert isinstance(item, ItemContent)
    assert (item.category, item.title, item.description) == ("tops", "Shirt", "Long")
    assert item.attributes == {"colour": "red", "size": "38"}
    assert isinstance(bare, ItemContent)
    assert (bare.title, bare.description, bare.attributes) == (None, None, {})


@pytest.mark.parametrize(
    ("record", "field", "got"),
    [
        (["a"], None, "a list"),
        ("a", None, "'a'"),
        ({}, "items", "nothing"),
        ({"items": "a"}, "items", "'a'"),
        ({"items": []}, "items", "none"),
        ({"items": ["a"] * (MAX_ITEMS + 1)}, "items", "33"),
        ({"items": ["a", None]}, "items[1]", "nothing"),
        ({"items": ["a", ""]}, "items[1]", "''"),
        ({"items": [True]}, "items[0]", "True"),
        ({"items": [1.5]}, "items[0]", "1.5"),
        ({"items": [["a"]]}, "items[0]", "a list"),
        ({"items": [{}]}, "items[0]", "none"),
        ({"items": [{"title": "Shirt", "colour": "red"}]}, "items[0]", "'colour'"),
        ({"items": ["a", {"title": 5}]}, "items[1].title", "5"),
        ({"items": [{"category": ["tops"]}]}, "items[0].category", "a list"),
        ({"items": [{"description": {}}]}, "items[0].description", "an object"),
        ({"items": [{"attributes": ["red"]}]}, "items[0].attributes", "a list"),
        ({"items": [{"attributes": {"colour": []}}]}, "items[0].attributes.colour", "a list"),
        ({"items": [{"attributes": {"new": True}}]}, "items[0].attributes.new", "True"),
    ],
)
def test_a_wrong_record_is_a_bad_line_that_names_the_field(
    record: object, field: str | None, got: str
):
    bad = read_context(record, 4)
    assert isinstance(bad, BadLine)
    assert (bad.line, bad.field, bad.got) == (4, field, got)


@pytest.mark.parametrize("context_id", ["", True, 1.5, ["c1"]])
def test_a_wrong_context_id_is_a_bad_line(context_id: object):
    bad = read_context({"context_id": context_id, "items": ["a"]}, 1)
    assert isinstance(bad, BadLine)
    assert (bad.field, bad.context_id) == ("context_id", None)


def test_a_bad_line_keeps_its_context_id():
    bad = read_context({"context_id": 12, "items": []}, 1)
    assert isinstance(bad, BadLine)
    assert bad.context_id == "12"


def test_a_context_holds_as_many_items_as_the_service_takes():
    assert MAX_ITEMS == MAX_ITEMS_OF_THE_SERVICE
    assert isinstance(read_context({"items": ["a"] * MAX_ITEMS}, 1), Context)
