"""A tiny shop, and bundles that are trained on it in a moment."""

from pathlib import Path

import numpy as np
import polars as pl

from data.dataset import Dataset, write_dataset
from data.features import Feature, write_feature
from data.shop.generator import draw_shop
from data.tables import OUTFIT_SCHEMA

FEATURE_DIM = 12


def write_tiny_shop(folder: Path) -> None:
    """A dataset of 200 items and 400 outfits: titles, attributes, prices, stock, no pictures.

    Nine items of ten have the feature `look`, a projection of what the planted taste sees of them.
    """
    shop = draw_shop(num_items=200, num_outfits=400, seed=5)
    items = shop.items.with_columns(image=pl.lit(None, pl.String))
    ids = items["item_id"].to_list()
    outfits = [(split, rows) for split, part in shop.splits.items() for rows in part]
    table = pl.DataFrame(
        [
            (f"o{number:03d}", position, ids[row], split)
            for number, (split, rows) in enumerate(outfits)
            for position, row in enumerate(rows)
        ],
        schema=OUTFIT_SCHEMA,
        orient="row",
    )
    write_dataset(folder, items, table, {"source": "tests"})
    write_feature(folder, _look(shop.truth.to_frame(ids)), ids)


def train_tiny_bundle(shop: Path, folder: Path, *, seed: int) -> None:
    """A transformer trained on the tiny shop for two epochs."""
    from engine.bundle import write_bundle  # noqa: PLC0415
    from engine.confidence_fit import fit_confidence  # noqa: PLC0415
    from engine.frozen_model import FrozenModel  # noqa: PLC0415
    from engine.models.build import ModelConfig  # noqa: PLC0415
    from engine.training import TrainingConfig, fit, prepare  # noqa: PLC0415

    config = TrainingConfig(
        seed=seed,
        epochs=2,
        batch_size=64,
        feature_width=16,
        learning_rate=1e-2,
        model=ModelConfig(name="transformer", width=16, layers=1, heads=2),
    )
    trained, dataset = prepare(Dataset.load(shop), config)
    epochs = list(fit(trained, dataset))
    frozen = FrozenModel.of(trained.model, trained.preparation, trained.features)
    confidence = fit_confidence(frozen, dataset, seed=seed)
    command = "outfit train tiny"
    write_bundle(trained, dataset, folder, epochs=epochs, command=command, confidence=confidence)


def _look(truth: pl.DataFrame) -> Feature:
    rng = np.random.default_rng(0)
    codes = truth.drop("item_id").cast(pl.String).to_dummies().to_numpy().astype(np.float32)
    vectors = (codes @ rng.normal(size=(codes.shape[1], FEATURE_DIM))).astype(np.float32)
    present = np.arange(len(vectors)) % 10 != 9
    vectors[~present] = 0
    return Feature(
        name="look", modality="vector", encoder="precomputed", vectors=vectors, present=present
    )
