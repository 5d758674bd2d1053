"""Inline items: content that the catalogue does not hold, encoded when it is asked about."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
import polars as pl
from jaxtyping import Float32

from data.errors import SchemaError, UnknownCategoryError, UnreadableError
from data.features import Feature
from data.slots import SLOTS, slot_of
from data.tables import ITEM_SCHEMA, UNKNOWN_CATEGORY, empty_columns
from engine.encoders.image import ImageEncoder, load_image_encoder
from engine.encoders.picture import read_picture
from engine.encoders.text import TextEncoder, load_text_encoder
from engine.encoding import item_texts
from engine.items import ItemFeatures
from engine.preparation import Preparation
from engine.presence import CATEGORY
from engine.requests import Item, ItemContent

LONGEST: Final = 1e9
"""A vector that is given; what it is multiplied with and squared then ends before float32 does."""

Placed: TypeAlias = tuple[Item, str]
"""An item and the request field that holds it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class InlineItems:
    """Encodes inline items as the catalogue was encoded; encoders load when first needed.

    Args:
        preparation: of the bundle.
        categories: fine categories that an item may name, beside the coarse slots.
    """

    preparation: Preparation
    categories: frozenset[str]
    dims: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Remember how long the vectors of each feature are."""
        object.__setattr__(self, "dims", self.preparation.dims())

    def features(self, placed: Sequence[tuple[ItemContent, str]]) -> ItemFeatures:
        """Tensors of the items.

        Raises:
            UnknownCategoryError: a category is neither of the catalogue nor a slot.
            UnreadableError: a picture cannot be read.
            SchemaError: a vector has another name or dimension, or is not finite, or too long.
        """
        for content, where in placed:
            self._check(content, where)
        table = self._table([content for content, _ in placed])
        return self.preparation.apply(table, self._frozen(placed, table))

    def without_pictures(self, placed: Sequence[tuple[ItemContent, str]]) -> list[ItemContent]:
        """The items with all that encoders read of them as vectors; raises as `features`."""
        for content, where in placed:
            self._check(content, where)
        contents = [content for content, _ in placed]
        encoded = self._frozen(placed, self._table(contents))
        vectors = [
            {name: each.vectors[row].copy() for name, each in encoded.items() if each.present[row]}
            for row in range(len(contents))
        ]
        return [
            replace(content, image=None, vectors=known)
            for content, known in zip(contents, vectors, strict=True)
        ]

    def load_encoders(self) -> None:
        """Load now what else is loaded when it is first needed.

        Raises:
            InputError: a model cannot be had.
        """
        encoders = self.preparation.encoders()
        if "text" in encoders:
            self._text.encode(["words"])  # the first take longer than those after
        if "image" in encoders:
            self._image.encode([])

    def knows(self, category: str) -> bool:
        """Whether an item or a slot may name the category."""
        return category in self.categories or category in SLOTS or slot_of(category) is not None

    def missing(self, content: ItemContent) -> list[str]:
        """What an inline item lacks, by what training knows of words, attributes, categories."""
        table = self._table([content])
        given = {
            *content.vectors,
            *(["text"] if item_texts(table)[0] else []),
            *(["image"] if content.image is not None else []),
        }
        widths = self.preparation.widths
        features = self.preparation.apply(table, {})
        row = features.content[0].numpy()
        blocks = np.split(row, np.cumsum(list(widths.values()), dtype=np.int64))[: len(widths)]
        lacking = [
            name
            for name, block in zip(widths, blocks, strict=True)
            if name not in given and not block.any()
        ]
        return lacking + ([] if features.category[0] else [CATEGORY])

    def check_category(self, name: str, where: str) -> None:
        """Raise `UnknownCategoryError` unless `name` is a known category or slot."""
        if self.knows(name):
            return
        close = get_close_matches(name, [*self.categories, *SLOTS], n=3)
        hint = f" (close: {', '.join(close)})" if close else ""
        raise UnknownCategoryError(
            expected=f"a category or slot of the catalogue{hint}", got=repr(name), field=where
        )

    def _check(self, content: ItemContent, where: str) -> None:
        if content.category is not None:
            self.check_category(content.category, f"{where}.category")
        if content.price is not None and not 0 < content.price < math.inf:
            raise SchemaError(
                expected="a price above 0", got=str(content.price), field=f"{where}.price"
            )
        if content.image is not None and not self._is_encoded(content):
            _check_picture(content.image, f"{where}.image")
        for name, vector in content.vectors.items():
            _check_vector(vector, self.dims.get(name), f"{where}.vectors[{name}]")

    def _table(self, contents: Sequence[ItemContent]) -> pl.DataFrame:
        columns = {
            "item_id": [str(number) for number in range(len(contents))],
            "title": [content.title or None for content in contents],
            "description": [content.description or None for content in contents],
            "category": [content.category or UNKNOWN_CATEGORY for content in contents],
            "slot": [
                content.category if content.category in SLOTS else None for content in contents
            ],
            "price": [content.price for content in contents],
            "attributes": [
                [{"name": name, "value": value} for name, value in content.attributes.items()]
                for content in contents
            ],
        }
        schema = {name: ITEM_SCHEMA[name] for name in columns}
        return empty_columns(pl.DataFrame(columns, schema=schema), ITEM_SCHEMA)

    def _frozen(
        self, placed: Sequence[tuple[ItemContent, str]], table: pl.DataFrame
    ) -> dict[str, Feature]:
        contents = [content for content, _ in placed]
        encoded = {
            name: self._feature(name, [content.vectors.get(name) for content in contents])
            for name in self.preparation.encoders()
        }
        if "text" in encoded:
            texts = item_texts(table)
            _fill(encoded["text"], texts, lambda found: self._text.encode(found))  # noqa: PLW0108 - loads lazily
        if "image" in encoded:
            pictures = [
                None if content.image is None else (content.image, f"{where}.image")
                for content, where in placed
            ]
            _fill(encoded["image"], pictures, self._encode_pictures)
        return encoded

    def _is_encoded(self, content: ItemContent) -> bool:
        """Whether its picture will be read for the encoder, and need not be read to be checked."""
        return "image" in self.preparation.encoders() and "image" not in content.vectors

    def _encode_pictures(
        self, pictures: Sequence[tuple[bytes, str]]
    ) -> Float32[np.ndarray, "pictures dim"]:
        """Vectors of pictures, each with its request field; raises UnreadableError."""
        vectors, present = self._image.encode([image for image, _ in pictures])
        for (image, where), is_there in zip(pictures, present, strict=True):
            if not is_there:
                _check_picture(image, where)
                raise UnreadableError(expected="a whole picture", got="another", field=where)
        return vectors

    def _feature(self, name: str, vectors: Sequence[np.ndarray | None]) -> Feature:
        rows = np.zeros((len(vectors), self.dims[name]), np.float32)
        present = np.array([vector is not None for vector in vectors], np.bool_)
        for row, vector in enumerate(vectors):
            if vector is not None:
                rows[row] = vector
        encoder = self.preparation.encoders()[name]
        return Feature(name=name, modality=name, encoder=encoder, vectors=rows, present=present)

    @cached_property
    def _text(self) -> TextEncoder:
        return load_text_encoder(self.preparation.encoders()["text"])

    @cached_property
    def _image(self) -> ImageEncoder:
        return load_image_encoder(self.preparation.encoders()["image"])


def _fill(feature: Feature, contents: Sequence[Any], encode: Any) -> None:
    """Encode what is there and was not given as a vector, into the feature's own arrays."""
    rows = [
        row
        for row, content in enumerate(contents)
        if content is not None and not feature.present[row]
    ]
    if rows:
        feature.vectors[rows] = encode([contents[row] for row in rows])
        feature.present[rows] = True


def _check_picture(image: bytes, where: str) -> None:
    try:
        read_picture(image, 32)
    except UnreadableError as error:
        raise UnreadableError(expected=error.expected, got=error.got, field=where) from error


def _check_vector(vector: np.ndarray, dim: int | None, where: str) -> None:
    if dim is None:
        raise SchemaError(expected="a feature of the bundle", got="another name", field=where)
    length = np.sqrt(np.square(vector, dtype=np.float64).sum())
    if vector.shape != (dim,) or not length <= LONGEST:  # as none is that is NaN
        raise SchemaError(
            expected=f"{dim} finite numbers, of a length of at most {LONGEST:g}",
            got=f"shape {vector.shape}, length {length:g}",
            field=where,
        )
