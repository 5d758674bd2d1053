"""An item as people see it: picture, title, category, price."""

import base64
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SIGNS: Final = {"EUR": "€", "GBP": "£", "USD": "$"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Garment:
    """An item of a catalogue, ready to be shown.

    Args:
        title: the category where the item has no title.
        price: with its currency; empty where the item has none.
        picture: the picture itself as a data URI; empty where there is none.
    """

    item_id: str
    title: str
    category: str
    price: str
    picture: str

    @classmethod
    def of(cls, item: Mapping[str, Any], folder: Path) -> "Garment":
        """A garment from a row of the item table; its picture is relative to `folder`."""
        return cls(
            item_id=item["item_id"],
            title=item["title"] or item["category"],
            category=item["category"],
            price=_price(item["price"], item["currency"]),
            picture=_picture(folder / item["image"]) if item["image"] else "",
        )

    @property
    def caption(self) -> str:
        """Category and price, on one line."""
        return " · ".join(part for part in (self.category, self.price) if part)


def _price(price: float | None, currency: str | None) -> str:
    if price is None:
        return ""
    sign = SIGNS.get(currency or "")
    return f"{sign}{price:,.2f}" if sign else f"{price:,.2f} {currency or ''}".rstrip()


def _picture(path: Path) -> str:
    if not path.is_file():
        return ""
    kind = mimetypes.guess_type(path.name)[0] or "image/jpeg"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
