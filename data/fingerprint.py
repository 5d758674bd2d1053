"""What a dataset holds, as one hash: tables and encoded features."""

import hashlib
from pathlib import Path

from data.errors import UnreadableError
from data.features import list_features

TABLES = ("items.parquet", "outfits.parquet")


def dataset_sha256(folder: Path) -> str:
    """Sha256 over both tables and the manifest of every feature, which has those of its arrays.

    Raises:
        UnreadableError: a table is absent.
    """
    manifests = [f"features/{name}/manifest.json" for name in list_features(folder)]
    total = hashlib.sha256()
    for name in (*TABLES, *manifests):
        try:
            with (folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UnreadableError(
                expected="a file of a dataset", got="none", file=folder / name
            ) from error
        total.update(f"{name} {digest}\n".encode())
    return total.hexdigest()
