import base64
from pathlib import Path
from typing import Any

import pytest

from serving.garment import Garment


def item(**known: Any) -> dict[str, Any]:
    nothing = {"title": None, "price": None, "currency": None, "image": None}
    return {"item_id": "a", "category": "boots"} | nothing | known


@pytest.mark.parametrize(
    ("price", "currency", "shown"),
    [
        (1234.5, "EUR", "€1,234.50"),
        (8.0, "USD", "$8.00"),
        (8.0, "CHF", "8.00 CHF"),
        (8.0, None, "8.00"),
        (None, "EUR", ""),
    ],
)
def test_a_price_is_written_with_its_currency(
    price: float | None, currency: str | None, shown: str, tmp_path: Path
) -> None:
    assert Garment.of(item(price=price, currency=currency), tmp_path).price == shown


def test_the_picture_is_the_file_itself(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG picture")

    garment = Garment.of(item(image="a.png"), tmp_path)

    kind, _, encoded = garment.picture.partition(";base64,")
    assert kind == "data:image/png"
    assert base64.b64decode(encoded) == b"\x89PNG picture"


@pytest.mark.parametrize("image", [None, "absent.jpg"])
def test_without_a_picture_a_garment_is_still_one(image: str | None, tmp_path: Path) -> None:
    garment = Garment.of(item(image=image), tmp_path)

    assert garment.picture == ""
    assert garment.title == "boots"
    assert garment.caption == "boots"


def test_the_caption_holds_category_and_price(tmp_path: Path) -> None:
    assert Garment.of(item(price=5.0, currency="GBP"), tmp_path).caption == "boots · £5.00"
