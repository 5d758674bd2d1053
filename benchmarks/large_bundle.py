"""A bundle of very many items: a model trained on a small shop, its items repeated with noise."""

import shutil
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.training import write_shop
from data.dataset import Dataset
from engine.bundle import MANIFEST, Bundle, load_bundle, seal_bundle, write_bundle
from engine.coarse_index import write_coarse
from engine.confidence_fit import fit_confidence
from engine.frozen_model import FrozenModel
from engine.model_names import RecipeName
from engine.recipes import recipe
from engine.training import fit, prepare

SHOP_ITEMS, SHOP_OUTFITS = 1_000, 600
NOISE = 0.05
SEALED = ("schema_version", "bundle_id", "metric", "files")


def write_large_bundle(folder: Path, num_items: int, model: RecipeName) -> Path:
    """Write `folder/bundle`; the rest of the folder is what it was made from."""
    small, large = folder / "small", folder / "bundle"
    shop = write_shop(folder / "shop", num_items=SHOP_ITEMS, num_outfits=SHOP_OUTFITS)
    _train(shop, model, small)
    shutil.copytree(small, large, ignore=shutil.ignore_patterns(MANIFEST))
    bundle = load_bundle(small)
    _repeat(bundle, large, num_items)
    described = {key: told for key, told in bundle.manifest.items() if key not in SEALED}
    seal_bundle(large, described | {"num_items": num_items})
    return large


def _train(dataset: Dataset, model: RecipeName, out: Path) -> None:
    """One epoch of a model."""
    trained, with_valid = prepare(dataset, recipe(model, seed=0, epochs=1))
    epochs = list(fit(trained, with_valid))
    frozen = FrozenModel.of(trained.model, trained.preparation, trained.features)
    confidence = fit_confidence(frozen, with_valid, seed=0)
    command = f"python -m benchmarks serving --model {model}"
    write_bundle(trained, with_valid, out, epochs=epochs, command=command, confidence=confidence)


def _repeat(bundle: Bundle, folder: Path, num_items: int) -> None:
    """Put rows of the catalogue, in its order, in its place; vectors lie about those repeated."""
    rng = np.random.default_rng(0)
    rows = np.sort(rng.integers(bundle.items.height, size=num_items))
    names = pl.Series("item_id", [f"item-{number:06d}" for number in range(num_items)])
    bundle.items[rows].with_columns(names).write_parquet(folder / "items.parquet")
    noise = rng.normal(scale=NOISE, size=(num_items, bundle.vectors.shape[1]))
    vectors = (bundle.vectors[rows] + noise).astype(np.float32)
    np.save(folder / "vectors.npy", vectors)
    write_coarse(folder, vectors)
