"""Preparation: from tables and frozen features to the tensors that a model reads.

Fitted once, on the items of the training outfits, and kept in the bundle, so that training,
evaluation and serving see an item in one way.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import polars as pl
import torch
from jaxtyping import Float32, Int64

from data.errors import BundleError, SchemaError
from data.features import Feature
from data.slots import SLOTS, slot_of
from data.tables import UNKNOWN_CATEGORY
from engine.bag import BagOfWords
from engine.encoding import item_texts
from engine.items import ItemFeatures
from engine.presence import part_names
from engine.told_attributes import Words, value_of, with_told
from engine.whitening import Whitening

WORD = re.compile(r"[^\W_]{2,}")
ATTRIBUTES, WORDS = "attributes", "words"
MIN_ITEMS = 20
MAX_FITTED = 250_000
"""Items that words and directions are learned from, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenFeature:
    """A feature of the store, whitened; `encoder` loads what made it."""

    name: str
    encoder: str
    whitening: Whitening


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """`words` of titles or `attributes`, as weighted terms."""

    name: str
    bag: BagOfWords


Modality: TypeAlias = FrozenFeature | Bag


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """How items become tensors.

    Args:
        categories: fine categories of the training items; number 1 is the first.
        slots: the coarse slot of each, "" where unknown.
        modalities: in the order of `ItemFeatures.content`.
    """

    categories: tuple[str, ...]
    slots: tuple[str, ...]
    modalities: tuple[Modality, ...]

    @classmethod
    def fit(
        cls,
        items: pl.DataFrame,
        features: Mapping[str, Feature],
        rows: Int64[np.ndarray, " rows"],
        *,
        width: int,
        seed: int,
    ) -> "Preparation":
        """Learn categories, words and directions from the items at `rows`.

        Words and directions are learned from `MAX_FITTED` of them, evenly spread, where there are
        more, so that memory does not grow with the catalogue.

        Args:
            items: the item table.
            features: of the store, by name.
            rows: the distinct items of the training outfits.
            width: numbers kept of each modality, at most; of attributes twice as many.
            seed: of the randomised decompositions.

        Raises:
            SchemaError: a feature has a name that stands for titles or attributes.
        """
        for name in {WORDS, ATTRIBUTES} & set(features):
            raise SchemaError(expected="a feature of another name", got=repr(name))
        known = items[rows].filter(pl.col("category") != UNKNOWN_CATEGORY)
        categories = known.group_by("category").agg(
            pl.col("slot").drop_nulls().mode().sort().first()
        )
        categories = categories.sort("category")
        fitted = rows[:: -(-len(rows) // MAX_FITTED) or 1]
        frozen = (_fit_feature(feature, fitted, width, seed) for feature in features.values())
        bags = (_fit_bag(name, items[fitted], width, seed) for name in (WORDS, ATTRIBUTES))
        return cls(
            categories=tuple(categories["category"]),
            slots=tuple(categories["slot"].fill_null("")),
            modalities=tuple(part for part in (*frozen, *bags) if part is not None),
        )

    @property
    def widths(self) -> dict[str, int]:
        """Width of each modality's part of the content."""
        return {
            part.name: part.bag.width if isinstance(part, Bag) else part.whitening.width
            for part in self.modalities
        }

    @property
    def dim(self) -> int:
        """Numbers in an item embedding: one, always zero, where there is no modality at all."""
        return max(sum(self.widths.values()), 1)

    @property
    def num_parts(self) -> int:
        """How many things may be known of an item: its modalities and its category."""
        return len(part_names(self.widths))

    def only(self, names: Collection[str]) -> "Preparation":
        """The same preparation without the modalities that are not named."""
        return replace(
            self, modalities=tuple(part for part in self.modalities if part.name in names)
        )

    def encoders(self) -> dict[str, str]:
        """The encoder behind each frozen feature, by the feature's name."""
        return {
            part.name: part.encoder for part in self.modalities if isinstance(part, FrozenFeature)
        }

    def dims(self) -> dict[str, int]:
        """Numbers in a vector of each frozen feature, by the feature's name."""
        return {
            part.name: len(part.whitening.mean)
            for part in self.modalities
            if isinstance(part, FrozenFeature)
        }

    def apply(self, items: pl.DataFrame, features: Mapping[str, Feature]) -> ItemFeatures:
        """Tensors of every item; a feature that is not given is absent from all of them.

        Raises:
            BundleError: the vectors of a feature have another length than those it was fitted on.
        """
        category, slot = self.numbers(items["category"].to_list(), items["slot"].to_list())
        content = torch.from_numpy(self.content(items, features))
        return ItemFeatures(
            category=category, slot=slot, content=content, log_price=log_prices(items)
        )

    def content(
        self, items: pl.DataFrame, features: Mapping[str, Feature]
    ) -> Float32[np.ndarray, "items content"]:
        """The modalities of every item side by side; see `apply`."""
        blocks = [_block(part, items, features) for part in self.modalities]
        return np.concatenate([np.zeros((items.height, 0), np.float32), *blocks], axis=1)

    def numbers(
        self, categories: Sequence[str | None], slots: Sequence[str | None]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Numbers of categories and slots, 0 where unknown; a category tells a missing slot."""
        number_of = {name: number for number, name in enumerate(self.categories, start=1)}
        slot_by_category = dict(zip(self.categories, self.slots, strict=True))
        slot_number = {name: number for number, name in enumerate(SLOTS, start=1)}
        known = [
            slot or slot_by_category.get(category or "") or slot_of(category or "") or ""
            for category, slot in zip(categories, slots, strict=True)
        ]
        return (
            torch.tensor([number_of.get(name or "", 0) for name in categories], dtype=torch.int64),
            torch.tensor([slot_number.get(name, 0) for name in known], dtype=torch.int64),
        )


def log_prices(items: pl.DataFrame) -> Float32[torch.Tensor, " items"]:
    """Natural logarithm of each price, NaN where there is none or nothing is asked."""
    price = pl.col("price")
    logs = items.select(pl.when(price > 0).then(price.log())).to_series()
    return torch.from_numpy(logs.fill_null(float("nan")).to_numpy().astype(np.float32))


def _fit_feature(
    feature: Feature, rows: Int64[np.ndarray, " rows"], width: int, seed: int
) -> FrozenFeature | None:
    present = rows[feature.present[rows]]
    if len(present) < MIN_ITEMS:
        return None
    whitening = Whitening.fit(np.asarray(feature.vectors[present]), width=width, seed=seed)
    return FrozenFeature(name=feature.name, encoder=feature.encoder, whitening=whitening)


def _fit_bag(name: str, items: pl.DataFrame, width: int, seed: int) -> Bag | None:
    bags = _bags(name, items)
    if name == ATTRIBUTES:
        bag = BagOfWords.plain(bags, width=2 * width, min_count=3)
    else:
        bag = BagOfWords.fit(bags, width=width, min_count=3, seed=seed)
    return None if bag is None else Bag(name=name, bag=bag)


def _block(
    part: Modality, items: pl.DataFrame, features: Mapping[str, Feature]
) -> Float32[np.ndarray, "items width"]:
    if isinstance(part, Bag):
        return part.bag.apply(_known_bags(part, items))
    feature = features.get(part.name)
    if feature is None:
        return np.zeros((items.height, part.whitening.width), np.float32)
    if feature.dim != len(part.whitening.mean):
        raise BundleError(
            f"feature {part.name!r}: expected vectors of {len(part.whitening.mean)} numbers, "
            f"got {feature.dim}"
        )
    return part.whitening.apply(np.asarray(feature.vectors), np.asarray(feature.present))


def _known_bags(part: Bag, items: pl.DataFrame) -> list[list[str]]:
    """The bags of a modality; attributes that are not stated are looked for among the words."""
    bags = _bags(part.name, items)
    if part.name != ATTRIBUTES:
        return bags
    values: dict[Words, list[str]] = defaultdict(list)
    for attribute in part.bag.words:
        if words := tuple(WORD.findall(value_of(attribute))):
            values[words].append(attribute)
    told = zip(bags, _bags(WORDS, items), strict=True)
    return [with_told(stated, words, values) for stated, words in told]


def _bags(name: str, items: pl.DataFrame) -> list[list[str]]:
    if name == WORDS:
        return [WORD.findall((text or "").lower()) for text in item_texts(items)]
    return [
        [f"{attribute['name']}={attribute['value']}".lower() for attribute in attributes or ()]
        for attributes in items["attributes"].to_list()
    ]
