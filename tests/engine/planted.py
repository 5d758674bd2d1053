"""Datasets whose rule is known, small enough to train on in a second."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
import torch

from data.dataset import Dataset, write_dataset
from data.features import Feature, write_feature
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA, empty_columns
from engine.models.build import ModelConfig, ModelName
from engine.training import TrainingConfig

CATEGORIES = ("tops", "bottoms", "shoes")
PER_SIDE = 15
Module = TypeVar("Module", bound=torch.nn.Module)
BRANDS = ("acme", "bolt", "crow", "dune")
FABRICS = ("silk", "wool", "denim")


def two_sides(folder: Path, *, outfits: int = 300, seed: int = 0) -> Dataset:
    """Every item is of one of two sides; an outfit is a top, a bottom and shoes of one side.

    The feature `look` tells the side in one number of eight, the others are noise; titles,
    attributes and prices tell nothing. Two items of each category lack `look`, two a title, two
    attributes, two a price.
    """
    rng = np.random.default_rng(seed)
    side = np.tile(np.repeat([-1.0, 1.0], PER_SIDE), len(CATEGORIES))
    num, per_category = len(side), 2 * PER_SIDE
    look = rng.normal(size=(num, 8)).astype(np.float32)
    look[:, 0] = side
    place = np.arange(num) % per_category
    look[(place == 0) | (place == per_category - 1)] = 0
    titles = [f"{BRANDS[n % 4]} number{n % 7}" for n in rng.permutation(num)]
    attributes = [
        [{"name": "fabric", "value": FABRICS[n % 3]}, {"name": "care", "value": f"c{n % 2}"}]
        for n in rng.permutation(num)
    ]
    items = pl.DataFrame(
        {
            "item_id": [f"i{row:03d}" for row in range(num)],
            "category": np.repeat(CATEGORIES, per_category),
            "slot": np.repeat(CATEGORIES, per_category),
            "title": [
                None if at in (1, per_category - 2) else title
                for at, title in zip(place, titles, strict=True)
            ],
            "attributes": [
                [] if at in (2, per_category - 3) else listed
                for at, listed in zip(place, attributes, strict=True)
            ],
        }
    )
    rows = (
        np.arange(3) * per_category
        + rng.integers(2, size=(outfits, 1)) * PER_SIDE
        + rng.integers(PER_SIDE, size=(outfits, 3))
    )
    costly = np.where(
        (place == 3) | (place == per_category - 4), None, rng.lognormal(3.0, 1.0, num)
    )
    items = items.with_columns(price=pl.Series(costly.tolist(), dtype=pl.Float64))
    return store(folder, items, rows.tolist(), {"look": look})


def store(
    folder: Path,
    items: pl.DataFrame,
    outfits: Sequence[Sequence[int]],
    features: Mapping[str, np.ndarray],
) -> Dataset:
    """Write a dataset of outfits given as rows, the last fifth of them for validation.

    A vector of zeros stands for an absent one.
    """
    items = complete(items)
    ids = items["item_id"].to_list()
    table = pl.DataFrame(
        [
            (f"o{number}", place, ids[row], "train" if number < 0.8 * len(outfits) else "valid")
            for number, outfit in enumerate(outfits)
            for place, row in enumerate(outfit)
        ],
        schema=OUTFIT_SCHEMA,
        orient="row",
    )
    write_dataset(folder, items, table, {})
    for name, vectors in features.items():
        write_feature(folder, feature_of(name, vectors), ids)
    return Dataset.load(folder)


def complete(items: pl.DataFrame) -> pl.DataFrame:
    """Items with every column of the schema, an empty list where attributes are not given."""
    return empty_columns(items, ITEM_SCHEMA).with_columns(pl.col("attributes").fill_null([]))


def feature_of(name: str, vectors: np.ndarray) -> Feature:
    """A precomputed feature, absent where its vector is zero."""
    return Feature(
        name=name,
        modality="vector",
        encoder="precomputed",
        vectors=vectors,
        present=(vectors != 0).any(axis=1),
    )


def tiny_config(name: ModelName, *, seed: int = 0, epochs: int = 3) -> TrainingConfig:
    """A model of one narrow layer that learns `two_sides` in three epochs."""
    return TrainingConfig(
        recipe=name,
        seed=seed,
        epochs=epochs,
        batch_size=32,
        learning_rate=0.03,
        feature_width=8,
        model=ModelConfig(name=name, width=16, layers=1, heads=2, dropout=0.1),
    )


def still(name: ModelName, **changes: Any) -> TrainingConfig:
    """Without dropout, so that the size of what is judged at once leaves no trace."""
    config = tiny_config(name, epochs=2)
    model = replace(config.model, dropout=0.0, content_dropout=0.0, modality_dropout=0.0)
    return replace(config, model=model, **changes)


@torch.no_grad()
def shaken(model: Module, *, seed: int = 1) -> Module:
    """The model itself, its weights moved at random, so that every part has its say."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.3)
    return model
