"""Bundles that are sealed and whole, but whose parts do not fit each other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from safetensors.torch import save_file

from data.slots import SLOTS
from engine.bundle import MANIFEST, read_manifest, seal_bundle
from engine.coarse_index import write_coarse
from engine.relevance import RelevanceAdapter


def _resealed(folder: Path, change: Callable[[dict[str, Any]], object] = dict) -> None:
    manifest = read_manifest(folder)
    change(manifest)
    (folder / MANIFEST).unlink()
    seal_bundle(folder, manifest)


def _other_rows(folder: Path) -> None:
    np.save(folder / "vectors.npy", np.load(folder / "vectors.npy")[1:])
    _resealed(folder)


def _other_width(folder: Path) -> None:
    np.save(folder / "vectors.npy", np.load(folder / "vectors.npy")[:, 1:])
    _resealed(folder)


def _other_numbers(folder: Path) -> None:
    np.save(folder / "vectors.npy", np.load(folder / "vectors.npy").astype(np.float64))
    _resealed(folder)


def _other_weights(folder: Path) -> None:
    save_file({"strange": torch.zeros(3)}, folder / "model.safetensors")
    _resealed(folder)


def _no_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"no weights")
    _resealed(folder)


def _no_preparation(folder: Path) -> None:
    (folder / "preparation.safetensors").write_bytes(b"")
    _resealed(folder)


def _no_calibration(folder: Path) -> None:
    (folder / "calibration.json").write_text("{}")
    _resealed(folder)


def _other_relevance(folder: Path) -> None:
    RelevanceAdapter(dim=59, num_categories=3, num_slots=len(SLOTS) + 1).write(folder)
    (folder / "relevance.json").write_text("{}")
    _resealed(folder)


def _no_relevance(folder: Path) -> None:
    (folder / "relevance.safetensors").write_bytes(b"no weights")
    _resealed(folder)


def _no_category(folder: Path) -> None:
    items = pl.read_parquet(folder / "items.parquet").drop("category")
    items.write_parquet(folder / "items.parquet")
    _resealed(folder)


def _fewer_items(folder: Path) -> None:
    pl.read_parquet(folder / "items.parquet")[1:].write_parquet(folder / "items.parquet")
    _resealed(folder)


def _other_coarse(folder: Path) -> None:
    vectors = np.tile(np.load(folder / "vectors.npy"), (25, 1))
    write_coarse(folder, vectors)
    _resealed(folder)


def _coarse_of_large_numbers(folder: Path) -> None:
    """What reads the copy reads memory, and takes two bytes for two numbers."""
    vectors = np.load(folder / "vectors.npy")
    write_coarse(folder, np.tile(vectors, (25, 1)))
    rows = np.load(folder / "coarse.npy")[: len(vectors)]
    np.save(folder / "coarse.npy", rows.astype(np.int16))
    _resealed(folder)


def _by_columns(folder: Path) -> None:
    np.save(folder / "vectors.npy", np.asfortranarray(np.load(folder / "vectors.npy")))
    _resealed(folder)


def _other_name(folder: Path) -> None:
    _resealed(folder, lambda manifest: manifest.update(model="csa"))


def _other_model(folder: Path) -> None:
    _resealed(folder, lambda manifest: manifest["config"]["model"].update(name="mean-pool"))


def _no_config(folder: Path) -> None:
    _resealed(folder, lambda manifest: manifest.pop("config"))


MISMATCHES = {
    _other_rows: r"vectors\.npy: expected 200 rows of 60 numbers in float32, got 199",
    _other_width: r"vectors\.npy: expected 200 rows of 60 numbers in float32, got .* 59 ",
    _other_numbers: r"vectors\.npy: expected .* in float32, got .* in float64",
    _other_weights: r"model\.safetensors: .*Missing key",
    _no_weights: r"model\.safetensors: .*SafetensorError",
    _no_preparation: r"preparation\.safetensors: .*SafetensorError",
    _no_calibration: r"calibration\.json: .*KeyError",
    _other_relevance: r"relevance\.safetensors: expected .'dim': 60, .* got .'dim': 59, ",
    _no_relevance: r"relevance\.safetensors: .*SafetensorError",
    _no_category: r"items\.parquet.* field 'category'",
    _fewer_items: r"bundle\.json: expected .*199",
    _other_coarse: r"coarse\.npy: expected 200 rows of 60 numbers, got 5000",
    _coarse_of_large_numbers: r"coarse\.npy: .*expected int8 in rows of 64, got int16",
    _by_columns: r"vectors\.npy: expected row after row",
    _other_name: r"bundle\.json: expected .*transformer.*csa",
    _other_model: r"model\.safetensors: .*Error\(s\) in loading state_dict",
    _no_config: r"bundle\.json: .*KeyError \('config'\)",
}
"""How to make one, and what is said of it."""
