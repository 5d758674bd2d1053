import shutil
from pathlib import Path

import pytest

from data.errors import UnreadableError
from data.fingerprint import dataset_sha256


@pytest.fixture
def folder(tiny_shop: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_shop, tmp_path / "copy"))


def test_a_copy_has_the_same_fingerprint(folder, tiny_shop) -> None:
    assert dataset_sha256(folder) == dataset_sha256(tiny_shop)


@pytest.mark.parametrize(
    "name", ["items.parquet", "outfits.parquet", "features/look/manifest.json"]
)
def test_every_part_of_a_dataset_counts(folder, tiny_shop, name) -> None:
    (folder / name).write_bytes(b"other")
    assert dataset_sha256(folder) != dataset_sha256(tiny_shop)


def test_a_feature_fewer_counts(folder, tiny_shop) -> None:
    shutil.rmtree(folder / "features" / "look")
    assert dataset_sha256(folder) != dataset_sha256(tiny_shop)


def test_a_table_that_is_not_there_is_named(folder) -> None:
    (folder / "outfits.parquet").unlink()
    with pytest.raises(UnreadableError, match=r"outfits\.parquet"):
        dataset_sha256(folder)
