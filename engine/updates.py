"""Updates of items that are newer than the bundle: changed, new and deleted; free of torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from jaxtyping import Float32

from data.errors import SchemaError
from data.tables import AVAILABILITY
from engine.requests import ItemContent


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChange:
    """A new price or availability; None leaves what was.

    Raises:
        SchemaError: the identifier is empty, the price negative or not finite, or the
            availability not one of the item table.
    """

    item_id: str
    price: float | None = None
    availability: str | None = None

    def __post_init__(self) -> None:
        """Check what the item table would check."""
        _check_facts(self.item_id, self.price, self.availability)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NewItem:
    """An item with its content; it takes the place of whatever stood under its id.

    Args:
        item_id: of the catalogue or new to it.
        content: what is known of it but the price, the picture already a vector.
        embedding: of the content, by the model of one bundle.
        bundle_id: of that bundle; any other encodes the content again.
        encoders: what made the vectors of the content, by the feature's name.
        price: None where unknown.
        availability: None where unknown.

    Raises:
        SchemaError: as of `ItemChange`; or the content still holds a picture or a price.
    """

    item_id: str
    content: ItemContent
    embedding: Float32[np.ndarray, " dim"]
    bundle_id: str
    encoders: Mapping[str, str] = field(default_factory=dict)
    price: float | None = None
    availability: str | None = None

    def __post_init__(self) -> None:
        """Check what the item table would check."""
        _check_facts(self.item_id, self.price, self.availability)
        if self.content.image is not None:
            raise SchemaError(expected="a picture made a vector", got="a picture", field="image")
        if self.content.price is not None:
            raise SchemaError(
                expected="the price of the item", got="another", field="content.price"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDeletion:
    """The item is gone until it comes again as a new one.

    Raises:
        SchemaError: the identifier is empty.
    """

    item_id: str

    def __post_init__(self) -> None:
        """Check what the item table would check."""
        _check_facts(self.item_id, None, None)


ItemUpdate: TypeAlias = ItemChange | NewItem | ItemDeletion


def fold(before: ItemUpdate | None, update: ItemUpdate) -> ItemUpdate:
    """What an item's updates come to, after one more; a change revives no deleted item."""
    if before is None or not isinstance(update, ItemChange):
        return update
    if isinstance(before, ItemDeletion):
        return before
    return replace(
        before,
        price=before.price if update.price is None else update.price,
        availability=update.availability or before.availability,
    )


def _check_facts(item_id: str, price: float | None, availability: str | None) -> None:
    if not item_id:
        raise SchemaError(expected="an identifier", got="none", field="item_id")
    if price is not None and not (math.isfinite(price) and price >= 0):
        raise SchemaError(expected="a number that is not negative", got=str(price), field="price")
    if availability is not None and availability not in AVAILABILITY:
        raise SchemaError(
            expected="one of " + ", ".join(AVAILABILITY),
            got=repr(availability),
            field="availability",
        )
