"""The feature store: one vector an item and modality, memory-mapped beside the item table.

DATA/features/<name>/
├── vectors.npy       float32 [items, dim], in the order of the item table, zero where absent
├── present.npy       bool [items]
├── manifest.json     name, modality, encoder, dim; hashes of the items, the source, the files
└── unreadable.jsonl  what could not be encoded, {item_id, path, reason} a line; optional
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32

from data.atomic import atomic_folder
from data.errors import BundleError, InputError

ARRAYS = ("vectors.npy", "present.npy")
MANIFEST = {
    "name": str,
    "modality": str,
    "encoder": str,
    "dim": int,
    "items_sha256": str,
    "source": str,
    "files": dict,
}
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """The vectors of one modality, a row an item.

    Args:
        name: folder name in the store, such as `text`.
        modality: `text`, `image` or `vector`.
        encoder: what made the vectors; a name that loads the encoder again.
        source: hash of what was encoded, so that changed titles or pictures are noticed.
    """

    name: str
    modality: str
    encoder: str
    vectors: Float32[np.ndarray, "items dim"]
    present: Bool[np.ndarray, " items"]
    source: str = ""

    @property
    def dim(self) -> int:
        """Length of one vector."""
        return int(self.vectors.shape[1])


def feature_folder(folder: Path, name: str) -> Path:
    """Where the dataset in `folder` keeps the feature `name`.

    Raises:
        InputError: the name cannot be a folder's.
    """
    if NAME.fullmatch(name) is None:
        raise InputError(
            expected="a feature name of lower-case letters, digits, - and _", got=repr(name)
        )
    return folder / "features" / name


def hash_strings(strings: Sequence[str]) -> str:
    """Sha256 of the strings and their order."""
    return hashlib.sha256(json.dumps(list(strings)).encode()).hexdigest()


def list_features(folder: Path) -> list[str]:
    """Names of the features that the dataset in `folder` holds, sorted."""
    manifests = (folder / "features").glob("*/manifest.json")
    return sorted(path.parent.name for path in manifests if NAME.fullmatch(path.parent.name))


def read_manifest(folder: Path, name: str) -> dict[str, Any]:
    """The manifest of one feature, with no look at its arrays.

    Raises:
        BundleError: it is missing or broken.
    """
    path = feature_folder(folder, name) / "manifest.json"
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError:
        held = ", ".join(list_features(folder)) or "none"
        raise BundleError(
            f"{path}: expected the manifest of feature {name!r}, got no file (features: {held})"
        ) from None
    except (OSError, ValueError) as error:
        raise BundleError(f"{path}: expected a JSON manifest, got {error}") from error
    if not isinstance(manifest, dict) or not all(
        isinstance(manifest.get(key), kind) for key, kind in MANIFEST.items()
    ):
        raise BundleError(f"{path}: expected an object with {', '.join(MANIFEST)}")
    return manifest


def open_feature(folder: Path, name: str, item_ids: Sequence[str]) -> Feature:
    """Map the feature `name` of the dataset in `folder`, verified against its manifest.

    Raises:
        BundleError: a file is missing or damaged, or belongs to other items.
    """
    manifest = read_manifest(folder, name)
    target = feature_folder(folder, name)
    if manifest["items_sha256"] != hash_strings(item_ids):
        raise BundleError(
            f"{target / 'manifest.json'}: expected vectors of these {len(item_ids)} items, "
            "got vectors of other items or of another order; encode again"
        )
    vectors, present = (_open_array(target / file, manifest["files"]) for file in ARRAYS)
    shape = (len(item_ids), manifest["dim"])
    if vectors.shape != shape or vectors.dtype != np.float32:
        raise BundleError(
            f"{target / 'vectors.npy'}: expected float32 {shape}, "
            f"got {vectors.dtype} {vectors.shape}"
        )
    if present.shape != shape[:1] or present.dtype != np.bool_:
        raise BundleError(
            f"{target / 'present.npy'}: expected bool {shape[:1]}, "
            f"got {present.dtype} {present.shape}"
        )
    return Feature(
        name=name,
        modality=manifest["modality"],
        encoder=manifest["encoder"],
        vectors=vectors,
        present=present,
        source=manifest["source"],
    )


def write_feature(
    folder: Path,
    feature: Feature,
    item_ids: Sequence[str],
    *,
    unreadable: Sequence[Mapping[str, str]] = (),
) -> None:
    """Write one feature whole or not at all, in place of an older one of that name."""
    if feature.vectors.shape[0] != len(item_ids):
        raise ValueError(f"{len(feature.vectors)} vectors for {len(item_ids)} items")
    target = feature_folder(folder, feature.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_folder(target, replace=True) as partial:
        np.save(partial / "vectors.npy", feature.vectors, allow_pickle=False)
        np.save(partial / "present.npy", feature.present, allow_pickle=False)
        if unreadable:
            lines = "".join(json.dumps(dict(entry)) + "\n" for entry in unreadable)
            (partial / "unreadable.jsonl").write_text(lines)
        manifest = {
            "name": feature.name,
            "modality": feature.modality,
            "encoder": feature.encoder,
            "dim": feature.dim,
            "items": len(item_ids),
            "present": int(feature.present.sum()),
            "unreadable": len(unreadable),
            "items_sha256": hash_strings(item_ids),
            "source": feature.source,
            "files": {file: _hash_file(partial / file) for file in ARRAYS},
        }
        (partial / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _open_array(path: Path, hashes: Mapping[str, str]) -> np.ndarray:
    """Map one array whose bytes match the manifest."""
    try:
        if _hash_file(path) != hashes.get(path.name):
            raise BundleError(f"{path}: expected the sha256 in the manifest, got another one")
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise BundleError(f"{path}: expected an npy array, got {error}") from error
    return array


def _hash_file(path: Path) -> str:
    """Sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
