"""Bundles of one dataset joined into one: an ensemble that a server loads like any other."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from data.atomic import atomic_folder
from data.dataset import Dataset
from data.errors import BundleError, SchemaError
from engine.bundle import Bundle, load_bundle, save_model, seal_bundle
from engine.bundle_calibration import freeze
from engine.coarse_index import FILES as COARSE_FILES
from engine.coarse_index import write_coarse
from engine.confidence import FILES as CONFIDENCE_FILES
from engine.confidence import Confidence
from engine.confidence_fit import fit_confidence
from engine.models.ensemble import Ensemble
from engine.validation import with_validation

OWN = {"model.safetensors", "vectors.npy", *COARSE_FILES, *CONFIDENCE_FILES}
"""Files that every member has for itself."""


def join_bundles(
    folders: Sequence[Path], out: Path, *, command: str, dataset: Dataset | None = None
) -> str:
    """Write the ensemble of bundles that were trained on one dataset; the id of the new bundle.

    Args:
        folders: the members, each once; models of any kind and seed.
        out: a new folder.
        command: that joins them.
        dataset: that they were trained on, to fit probabilities and relevance; None for the plain
            sigmoid of the mean logit, and no relevance.

    Raises:
        SchemaError: there are fewer than two members, or one stands twice.
        BundleError: a member is damaged, is an ensemble, or was trained on another dataset.
        InputError: `out` holds something already.
    """
    if len(folders) < 2:
        raise SchemaError(expected="at least two bundles", got=str(len(folders)))
    bundles = [load_bundle(folder) for folder in folders]
    manifests = [bundle.manifest for bundle in bundles]
    _refuse_repeated(manifests)
    for folder, manifest in zip(folders, manifests, strict=True):
        _refuse_other(manifest, manifests[0], folder)
    dims = [bundle.vectors.shape[1] for bundle in bundles]
    model = Ensemble([bundle.model for bundle in bundles], dims)
    with atomic_folder(out) as folder:
        for name in _shared(manifests[0]):
            shutil.copyfile(folders[0] / name, folder / name)
        save_model(model, folder)
        vectors = np.concatenate([bundle.vectors for bundle in bundles], axis=1)
        vectors *= np.float32(model.share)
        np.save(folder / "vectors.npy", vectors)
        write_coarse(folder, vectors)
        _confidence(replace(bundles[0], model=model.eval()), dataset).write(folder)
        return seal_bundle(
            folder,
            {
                "model": "ensemble",
                "seed": manifests[0]["seed"],
                "dim": sum(dims),
                "num_items": manifests[0]["num_items"],
                "command": command,
                "members": [manifest["bundle_id"] for manifest in manifests],
                "config": {"members": [manifest["config"] for manifest in manifests]},
                "validation": {},
                "preparation": manifests[0]["preparation"],
            },
        )


def _confidence(ensemble: Bundle, dataset: Dataset | None) -> Confidence:
    """What is fitted for an ensemble; its seed is that of the first member."""
    if dataset is None:
        return Confidence.none(ensemble.preparation.num_parts)
    seed = ensemble.manifest["seed"]
    dataset = with_validation(dataset, seed=seed)
    return fit_confidence(freeze(ensemble, dataset), dataset, seed=seed)


def _shared(manifest: Mapping[str, Any]) -> list[str]:
    """The files that all members have alike: how items are prepared, the catalogue, the counts."""
    return [name for name in manifest["files"] if name not in OWN]


def _refuse_repeated(manifests: Sequence[Mapping[str, Any]]) -> None:
    ids = [manifest["bundle_id"] for manifest in manifests]
    for bundle_id in ids:
        if ids.count(bundle_id) > 1:
            raise SchemaError(expected="each bundle once", got=f"{bundle_id!r} again")


def _refuse_other(manifest: Mapping[str, Any], first: Mapping[str, Any], folder: Path) -> None:
    """Raise `BundleError` where a bundle is no possible member beside the first."""
    if manifest["model"] == "ensemble":
        raise BundleError(f"{folder}: expected a single model, got an ensemble")
    for name in _shared(first):
        if manifest["files"].get(name) != first["files"][name]:
            raise BundleError(
                f"{folder / name}: expected the same as in the first bundle: "
                "members are trained on one dataset"
            )
