"""New items encoded on arrival, by the encoders and the model of one bundle."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from data.slots import SLOTS
from engine.catalogue import Catalogue
from engine.items import ItemTokens
from engine.requests import ItemContent
from engine.updates import NewItem


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrival:
    """An item that a shop adds, or gives new content.

    Args:
        content: as of an inline item.
        price: None for that of the content.
        availability: as in the item table, None where unknown.
    """

    item_id: str
    content: ItemContent
    price: float | None = None
    availability: str | None = None


@torch.inference_mode()
def encode_arrivals(
    catalogue: Catalogue, arrivals: Sequence[Arrival], fields: Sequence[str]
) -> list[NewItem]:
    """The arrivals with their vectors and embeddings.

    Args:
        catalogue: of the bundle that encodes.
        arrivals: to encode.
        fields: where each stands in the request.

    Raises:
        InputError: of a content, as of any inline item, or of a price or an availability.
    """
    placed = [(one.content, field) for one, field in zip(arrivals, fields, strict=True)]
    contents = catalogue.inline.without_pictures(placed)
    encoded = catalogue.inline.features(list(zip(contents, fields, strict=True)))
    embeddings = catalogue.bundle.model.encode(encoded).vectors.numpy()
    encoders = catalogue.bundle.preparation.encoders()
    return [
        NewItem(
            item_id=one.item_id,
            content=replace(content, price=None),
            embedding=embedding.copy(),
            bundle_id=catalogue.bundle.manifest["bundle_id"],
            encoders={name: encoders[name] for name in content.vectors},
            price=content.price if one.price is None else one.price,
            availability=one.availability,
        )
        for one, content, embedding in zip(arrivals, contents, embeddings, strict=True)
    ]


@torch.inference_mode()
def tokens_of(catalogue: Catalogue, items: Sequence[NewItem]) -> ItemTokens:
    """Tokens of new items; those that another bundle encoded are encoded again.

    Nothing that a log may hold is an error here: it would stop every replica.
    """
    foreign = [number for number, item in enumerate(items) if not _is_own(catalogue, item)]
    own = sorted(set(range(len(items))).difference(foreign))
    categories = [item.content.category for item in items]
    category, slot = catalogue.bundle.preparation.numbers(
        categories, [name if name in SLOTS else None for name in categories]
    )
    vectors = torch.zeros(len(items), catalogue.bundle.vectors.shape[1])
    for number in own:
        vectors[number] = torch.from_numpy(items[number].embedding)
    if foreign:
        contents = [(_readable(catalogue, items[number]), "content") for number in foreign]
        encoded = catalogue.bundle.model.encode(catalogue.inline.features(contents))
        vectors[foreign] = encoded.vectors
    return ItemTokens(category=category, slot=slot, vectors=vectors)


def _is_own(catalogue: Catalogue, item: NewItem) -> bool:
    bundle = catalogue.bundle
    same_length = item.embedding.shape == bundle.vectors.shape[1:]
    return same_length and item.bundle_id == bundle.manifest["bundle_id"]


def _readable(catalogue: Catalogue, item: NewItem) -> ItemContent:
    """What the bundle can read of an item: vectors of its encoders, a category that it knows."""
    encoders, dims = catalogue.bundle.preparation.encoders(), catalogue.inline.dims
    category = item.content.category
    return replace(
        item.content,
        category=category if category and catalogue.inline.knows(category) else None,
        vectors={
            name: vector
            for name, vector in item.content.vectors.items()
            if item.encoders.get(name) == encoders.get(name)
            and vector.shape == (dims.get(name),)
            and np.isfinite(vector).all()
        },
    )
