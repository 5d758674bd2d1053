"""The bundle: one immutable, checksummed folder that an evaluator or a server loads.

BUNDLE/
├── bundle.json               what it is: model, preparation, training, a sha256 a file and its own
├── model.safetensors         weights
├── preparation.safetensors   directions and word weights
├── items.parquet             the catalogue, sorted by slot and category
├── vectors.npy               its item embeddings, in the same order
├── coarse.*                  of a large catalogue, the same at a quarter of their size
├── calibration.json          from logits to probabilities
├── relevance.safetensors     from similarities to relevance, and its figures in relevance.json
└── training_*.parquet        counts of the training outfits
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from jaxtyping import Float32, Int64
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_file as load_weights
from safetensors.torch import save_file as save_weights

from data.atomic import atomic_folder
from data.dataset import Dataset
from data.errors import BundleError
from engine.bundle_reading import read_coarse, read_items, read_vectors, reading
from engine.coarse_index import CoarseIndex, write_coarse
from engine.confidence import Confidence
from engine.epoch import Epoch
from engine.mapped import mapped_tensor
from engine.metric import METRIC
from engine.model_scorer import item_vectors
from engine.models.build import ModelConfig, build_model
from engine.models.ensemble import Ensemble
from engine.models.model import Model
from engine.preparation import Preparation
from engine.preparation_files import describe_preparation, restore_preparation
from engine.trained import Trained
from engine.training_counts import TrainingCounts

SCHEMA_VERSION = 2
MANIFEST = "bundle.json"
MAX_ITEMS = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundle:
    """A bundle as loaded; the vectors are memory-mapped."""

    manifest: dict[str, Any]
    items: pl.DataFrame
    vectors: Float32[np.ndarray, "items dim"]
    coarse: CoarseIndex | None
    preparation: Preparation
    counts: TrainingCounts
    model: Model
    confidence: Confidence

    def mapped_vectors(self) -> torch.Tensor:
        """The item embeddings as a tensor over the same mapped memory."""
        return mapped_tensor(self.vectors)


def write_bundle(
    trained: Trained,
    dataset: Dataset,
    out: Path,
    *,
    epochs: Sequence[Epoch],
    command: str,
    confidence: Confidence | None = None,
) -> str:
    """Write a trained model with the catalogue of its dataset; the bundle's id.

    Args:
        trained: after `fit`.
        dataset: whose items become the catalogue.
        out: a new folder.
        epochs: what `fit` gave.
        command: that trained it.
        confidence: fitted after the model; None for the plain sigmoid and no relevance.

    Raises:
        InputError: `out` holds something already: bundles never change.
    """
    order = _by_partition(dataset.items)
    names, arrays = describe_preparation(trained.preparation)
    with atomic_folder(out) as folder:
        save_model(trained.model, folder)
        save_file(arrays, folder / "preparation.safetensors")
        dataset.items[order].write_parquet(folder / "items.parquet")
        _write_vectors(trained, order, folder / "vectors.npy")
        write_coarse(folder, np.load(folder / "vectors.npy", mmap_mode="r"))
        trained.counts.write(folder)
        (confidence or Confidence.none(trained.preparation.num_parts)).write(folder)
        return seal_bundle(
            folder,
            {
                "model": trained.config.recipe,
                "seed": trained.config.seed,
                "dim": trained.preparation.dim,
                "num_items": len(order),
                "command": command,
                "config": asdict(trained.config),
                "validation": _best(epochs).validation,
                "epochs": [epoch.number for epoch in epochs][-1],
                "preparation": names,
            },
        )


def _write_vectors(trained: Trained, order: Int64[np.ndarray, " items"], path: Path) -> None:
    """Write the embeddings of the rows in `order`; a batch of them is in memory at once."""
    shape = len(order), trained.preparation.dim
    written = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    place, start = np.argsort(order), 0
    for vectors in item_vectors(trained.model, trained.features, torch.arange(len(order))):
        written[place[start : start + len(vectors)]] = vectors.cpu().numpy()
        start += len(vectors)
    written.flush()


def save_model(model: Model, folder: Path) -> None:
    """Write the weights, none sharing memory with another, as safetensors wants them."""
    state = model.state_dict()
    weights = {name: weight.cpu().contiguous().clone() for name, weight in state.items()}
    save_weights(weights, folder / "model.safetensors")


def seal_bundle(folder: Path, description: Mapping[str, Any]) -> str:
    """Write the manifest over the files of a folder; the bundle's id.

    Whoever may read the manifest may read them all: safetensors writes for its owner alone, and a
    bundle is served by another.
    """
    files = {path.name: _sha256(path) for path in sorted(folder.iterdir())}
    digest = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:12]
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "bundle_id": f"{description['model']}-{digest}",
        "metric": METRIC,
        **description,
        "files": files,
    }
    manifest["sha256"] = _seal(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    for name in files:
        (folder / name).chmod((folder / MANIFEST).stat().st_mode)
    return str(manifest["bundle_id"])


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a bundle.

    Raises:
        BundleError: it is missing, damaged, or of another schema version, or does not say what
            bundle it is.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except OSError as error:
        got = (error.strerror or "an error").lower()
        raise BundleError(f"{path}: expected a bundle's manifest, got {got}") from error
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: expected a bundle's manifest, got {error}") from error
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if version != SCHEMA_VERSION:
        raise BundleError(f"{path}: expected schema version {SCHEMA_VERSION}, got {version}")
    with reading(path):
        if manifest.pop("sha256", None) != _seal(manifest):
            raise BundleError(f"{path}: expected the sha256 that it was written with: damaged")
    _check_summary(manifest, path)
    return dict(manifest)


def _check_summary(manifest: Mapping[str, Any], path: Path) -> None:
    """Raise `BundleError` where what lists tell of a bundle is not what they can tell."""
    for name in ("bundle_id", "model"):
        text = manifest.get(name)
        if not (isinstance(text, str) and text.isprintable()):
            raise BundleError(f"{path}: expected a text as {name}, got {text!r}")
    number = manifest.get("num_items")
    if type(number) is not int or not 0 <= number <= MAX_ITEMS:
        raise BundleError(f"{path}: expected 0 to {MAX_ITEMS} as num_items, got {number!r}")


def load_bundle(folder: Path) -> Bundle:
    """Verify every file, then load; the item embeddings are mapped, not read.

    Raises:
        BundleError: a file is missing or damaged, or does not fit the others.
    """
    manifest = read_manifest(folder)
    with reading(folder / MANIFEST):
        _check_files(folder, manifest["files"])
    preparation = _read_preparation(folder, manifest)
    counts = TrainingCounts.read(folder)
    model = _read_model(folder, manifest, preparation, counts)
    items = read_items(folder)
    dim = _width(manifest["config"], preparation)
    _check_told(folder, manifest, num_items=items.height, dim=dim)
    vectors = read_vectors(folder, items=items.height, dim=dim)
    coarse = read_coarse(folder, items=items.height, dim=dim)
    return Bundle(
        manifest=manifest,
        items=items,
        vectors=vectors,
        coarse=coarse,
        preparation=preparation,
        counts=counts,
        model=model,
        confidence=Confidence.read(folder, preparation, dim=dim),
    )


def _check_files(folder: Path, files: Mapping[str, str]) -> None:
    for name, digest in files.items():
        if not (folder / name).is_file():
            raise BundleError(f"{folder / name}: expected a file of the bundle, got none")
        if _sha256(folder / name) != digest:
            raise BundleError(f"{folder / name}: expected sha256 {digest}, got another: damaged")


def _check_told(folder: Path, manifest: Mapping[str, Any], *, num_items: int, dim: int) -> None:
    """Raise `BundleError` where a manifest tells other than what the files are."""
    model = manifest["config"].get("recipe", "ensemble")
    expected = {"model": model, "num_items": num_items, "dim": dim}
    told = {name: manifest.get(name) for name in expected}
    if told != expected:
        raise BundleError(f"{folder / MANIFEST}: expected {expected}, got {told}")


def _read_preparation(folder: Path, manifest: Mapping[str, Any]) -> Preparation:
    path = folder / "preparation.safetensors"
    with reading(path):
        return restore_preparation(manifest["preparation"], load_file(path))


def _read_model(
    folder: Path, manifest: Mapping[str, Any], preparation: Preparation, counts: TrainingCounts
) -> Model:
    """The trained model, in evaluation mode."""
    with reading(folder / MANIFEST):
        model = _build(manifest["config"], preparation, counts)
    path = folder / "model.safetensors"
    with reading(path):
        model.load_state_dict(load_weights(path))
    return model.eval()


def _width(config: Mapping[str, Any], preparation: Preparation) -> int:
    """Numbers in an embedding of the model that a manifest describes."""
    if "members" not in config:
        return preparation.dim
    return sum(_width(member, preparation) for member in config["members"])


def _by_partition(items: pl.DataFrame) -> np.ndarray:
    """Rows sorted by slot and category, in the order of the table within each."""
    order = items.with_row_index("row").sort("slot", "category", "row", nulls_last=True)["row"]
    return order.to_numpy().astype(np.int64)


def _build(config: Mapping[str, Any], preparation: Preparation, counts: TrainingCounts) -> Model:
    """The untrained model that a manifest describes."""
    if "members" not in config:
        return build_model(_model_config(config["model"]), preparation, counts)
    members = [_build(member, preparation, counts) for member in config["members"]]
    return Ensemble(members, [preparation.dim] * len(members))


def _model_config(described: Mapping[str, Any]) -> ModelConfig:
    """The configuration of a model; raises BundleError where this version knows no such."""
    try:
        return ModelConfig(**described)
    except TypeError as error:
        raise BundleError(f"expected a model that this version knows, got {error}") from error


def _best(epochs: Sequence[Epoch]) -> Epoch:
    return [epoch for epoch in epochs if epoch.best][-1]


def _seal(manifest: Mapping[str, Any]) -> str:
    """Sha256 of what a manifest says."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
