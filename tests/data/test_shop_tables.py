from pathlib import Path

import pytest

from data.errors import DuplicateError, InputError, SchemaError, UnknownItemError, UnreadableError
from data.shop_tables import read_shop

ITEMS = """item_id,title,category,slot,price,availability,attribute.colour,shelf
a,Red hat,Hats,,12.5,in_stock,red,7
b,,thingamajig,Bags,,,,8
c,Boots,,,0,Out_Of_Stock,black|brown,9
"""
OUTFITS = "outfit_id,item_id,note\no,b,x\np,c,x\no,a,x\np,a,x\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "items.csv").write_text(ITEMS)
    (tmp_path / "outfits.csv").write_text(OUTFITS)
    return tmp_path


def test_a_shop_is_read_with_what_it_has(shop: Path) -> None:
    result = read_shop(shop / "items.csv", shop / "outfits.csv")

    columns = ("item_id", "title", "category", "slot", "price", "availability")
    assert result.items.select(columns).rows() == [
        ("a", "Red hat", "Hats", "hats", 12.5, "in_stock"),
        ("b", None, "thingamajig", "bags", None, None),
        ("c", "Boots", "unknown", None, 0.0, "out_of_stock"),
    ]
    assert result.items["attributes"].to_list() == [
        [{"name": "colour", "value": "red"}],
        [],
        [{"name": "colour", "value": "black"}, {"name": "colour", "value": "brown"}],
    ]
    assert result.outfits.rows() == [
        ("o", 1, "b", "train"),
        ("o", 2, "a", "train"),
        ("p", 1, "c", "train"),
        ("p", 2, "a", "train"),
    ]


def test_the_report_counts_and_lists(shop: Path) -> None:
    (shop / "items.csv").write_text(
        "item_id,category\na,Widgets\nb,Hats\nc,Widgets\nd,\n", encoding="utf-8"
    )
    (shop / "outfits.csv").write_text("outfit_id,item_id,note\no,a,\no,b,\n")
    report = read_shop(shop / "items.csv", shop / "outfits.csv").report

    assert report["items"] == 4
    assert report["outfits"] == {"train": 1}
    assert report["categories_without_slot"] == {"Widgets": 2}
    assert report["items_per_slot"] == {"hats": 1}
    assert report["items_without"] == {
        "category": 1,
        "slot": 3,
        "title": 4,
        "price": 4,
        "image": 4,
        "popularity": 4,
        "attributes": 4,
    }
    assert report["ignored_columns"] == {"items.csv": [], "outfits.csv": ["note"]}


def test_only_item_and_category_are_required(shop: Path) -> None:
    (shop / "items.jsonl").write_text(
        '{"item_id": 1, "category": "hat"}\n{"item_id": 2, "category": null}\n'
    )
    (shop / "outfits.jsonl").write_text(
        '{"outfit_id": 1, "item_id": 2}\n{"outfit_id": 1, "item_id": 1}\n'
    )
    result = read_shop(shop / "items.jsonl", shop / "outfits.jsonl")

    assert result.items["category"].to_list() == ["hat", "unknown"]
    assert result.outfits["item_id"].to_list() == ["2", "1"]


def test_positions_and_splits_are_taken_from_the_table(shop: Path) -> None:
    (shop / "outfits.csv").write_text(
        "outfit_id,item_id,position,split\no,b,9,test\no,a,3,test\np,a,1,train\np,c,2,train\n"
    )
    result = read_shop(shop / "items.csv", shop / "outfits.csv")

    assert result.outfits.rows() == [
        ("o", 3, "a", "test"),
        ("o", 9, "b", "test"),
        ("p", 1, "a", "train"),
        ("p", 2, "c", "train"),
    ]


def test_the_split_is_given_once(shop: Path) -> None:
    given = read_shop(shop / "items.csv", shop / "outfits.csv", split="valid")
    assert given.report["outfits"] == {"valid": 2}

    (shop / "outfits.csv").write_text("outfit_id,item_id,split\no,a,test\no,b,test\n")
    with pytest.raises(SchemaError, match="got both") as caught:
        read_shop(shop / "items.csv", shop / "outfits.csv", split="valid")
    assert caught.value.field == "split"


def test_pictures_are_found_by_item_where_no_column_names_them(shop: Path) -> None:
    pictures = shop / "pictures"
    pictures.mkdir()
    for name in ("a.png", "a.jpg", "c.png", "b.txt"):
        (pictures / name).write_bytes(b"x")
    result = read_shop(shop / "items.csv", shop / "outfits.csv", images=pictures)

    assert result.items["image"].to_list() == [
        str(pictures / "a.jpg"),
        None,
        str(pictures / "c.png"),
    ]


def test_pictures_are_found_by_their_column_and_missing_ones_are_listed(shop: Path) -> None:
    (shop / "pictures" / "red").mkdir(parents=True)
    (shop / "pictures" / "red" / "x.jpg").write_bytes(b"x")
    (shop / "items.csv").write_text(
        "item_id,category,image\na,hat,red/x.jpg\nb,bag,gone.jpg\nc,,\n"
    )
    result = read_shop(shop / "items.csv", shop / "outfits.csv", images=shop / "pictures")

    assert result.items["image"].to_list() == [str(shop / "pictures/red/x.jpg"), None, None]
    assert result.report["pictures_not_found"] == ["gone.jpg"]


def test_without_a_folder_the_column_is_relative_to_the_table(shop: Path) -> None:
    (shop / "x.jpg").write_bytes(b"x")
    (shop / "items.csv").write_text("item_id,category,image\na,hat,x.jpg\nb,bag,\nc,,\n")

    items = read_shop(shop / "items.csv", shop / "outfits.csv").items

    assert items["image"][0] == str(shop / "x.jpg")


def test_a_folder_without_any_of_the_pictures_is_the_wrong_one(shop: Path) -> None:
    (shop / "empty").mkdir()

    with pytest.raises(UnreadableError, match="not one of them"):
        read_shop(shop / "items.csv", shop / "outfits.csv", images=shop / "empty")
    with pytest.raises(UnreadableError, match="got nothing"):
        read_shop(shop / "items.csv", shop / "outfits.csv", images=shop / "none")
    with pytest.raises(UnreadableError, match="got a file"):
        read_shop(shop / "items.csv", shop / "outfits.csv", images=shop / "items.csv")


@pytest.mark.parametrize(
    ("items", "error", "row", "field"),
    [
        ("item_id;category\na;hat\n", SchemaError, None, "item_id"),
        ("item_id,title\na,x\n", SchemaError, None, "category"),
        ("item_id,category\na,hat\n,bag\n", SchemaError, 2, "item_id"),
        ("item_id,category\na,hat\nb,bag\na,hat\n", DuplicateError, 3, "item_id"),
        ("item_id,category,price\na,hat,1\nb,bag,abc\n", SchemaError, 2, "price"),
        ("item_id,category,price\na,hat,-1\n", SchemaError, 1, "price"),
        ("item_id,category,popularity\na,hat,nan\n", SchemaError, 1, "popularity"),
        ("item_id,category,availability\na,hat,sold\n", SchemaError, 1, "availability"),
        ("item_id,category,slot\na,hat,\nb,hat,head\n", SchemaError, 2, "slot"),
        ("", UnreadableError, None, None),
    ],
)
def test_a_wrong_item_is_named_with_file_row_and_field(
    shop: Path, items: str, error: type[InputError], row: int | None, field: str | None
) -> None:
    (shop / "items.csv").write_text(items)

    with pytest.raises(error) as caught:
        read_shop(shop / "items.csv", shop / "outfits.csv")

    assert caught.value.file == shop / "items.csv"
    assert (caught.value.row, caught.value.field) == (row, field)


@pytest.mark.parametrize(
    ("outfits", "error", "row", "field"),
    [
        ("set,item_id\no,a\n", SchemaError, None, "outfit_id"),
        ("outfit_id,item\no,a\n", SchemaError, None, "item_id"),
        ("outfit_id,item_id\no,a\no,z\n", UnknownItemError, 2, "item_id"),
        ("outfit_id,item_id\no,a\no,b\np,a\n", SchemaError, 3, "outfit_id"),
        ("outfit_id,item_id\no,a\no,b\no,a\n", DuplicateError, 3, "item_id"),
        ("outfit_id,item_id,position\no,a,1\no,b,1\n", DuplicateError, 2, "position"),
        ("outfit_id,item_id,position\no,a,1\no,b,two\n", SchemaError, 2, "position"),
        ("outfit_id,item_id,position\no,a,1\no,b,\n", SchemaError, 2, "position"),
        ("outfit_id,item_id,split\no,a,train\no,b,test\n", SchemaError, 2, "split"),
        ("outfit_id,item_id,split\no,a,dev\no,b,dev\n", SchemaError, 1, "split"),
        ("outfit_id,item_id\no,a\n,b\n", SchemaError, 2, "outfit_id"),
        ("outfit_id,item_id\n", UnreadableError, None, None),
    ],
)
def test_a_wrong_outfit_is_named_with_file_row_and_field(
    shop: Path, outfits: str, error: type[InputError], row: int | None, field: str | None
) -> None:
    (shop / "outfits.csv").write_text(outfits)

    with pytest.raises(error) as caught:
        read_shop(shop / "items.csv", shop / "outfits.csv")

    assert caught.value.file == shop / "outfits.csv"
    assert (caught.value.row, caught.value.field) == (row, field)
