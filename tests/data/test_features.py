import json
from pathlib import Path

import numpy as np
import pytest

from data.errors import BundleError, InputError
from data.features import Feature, list_features, open_feature, read_manifest, write_feature

ITEM_IDS = ["a", "b", "c"]


@pytest.fixture
def feature() -> Feature:
    return Feature(
        name="text",
        modality="text",
        encoder="minilm",
        vectors=np.arange(6, dtype=np.float32).reshape(3, 2),
        present=np.array([True, False, True]),
        source="titles",
    )


@pytest.fixture
def stored(tmp_path: Path, feature: Feature) -> Path:
    write_feature(tmp_path, feature, ITEM_IDS)
    return tmp_path


def test_a_feature_comes_back_as_it_was_written_and_mapped(stored: Path, feature: Feature) -> None:
    opened = open_feature(stored, "text", ITEM_IDS)
    assert isinstance(opened.vectors, np.memmap)
    np.testing.assert_array_equal(opened.vectors, feature.vectors)
    np.testing.assert_array_equal(opened.present, feature.present)
    assert (opened.modality, opened.encoder, opened.source) == ("text", "minilm", "titles")
    assert opened.dim == 2


def test_the_manifest_counts_items_and_presence(stored: Path) -> None:
    manifest = read_manifest(stored, "text")
    assert (manifest["items"], manifest["present"], manifest["unreadable"]) == (3, 2, 0)


def test_features_are_listed_and_drafts_are_not(stored: Path) -> None:
    (stored / "features" / ".image.draft").mkdir()
    (stored / "features" / ".image.draft" / "manifest.json").write_text("{}")
    assert list_features(stored) == ["text"]


def test_a_dataset_without_features_lists_none(tmp_path: Path) -> None:
    assert list_features(tmp_path) == []


def test_writing_again_replaces_the_feature(stored: Path, feature: Feature) -> None:
    newer = Feature(
        name="text", modality="text", encoder="st:x", vectors=feature.vectors * 2,
        present=feature.present,
    )  # fmt: skip
    write_feature(stored, newer, ITEM_IDS)
    assert open_feature(stored, "text", ITEM_IDS).encoder == "st:x"
    assert list((stored / "features").iterdir()) == [stored / "features" / "text"]


def test_what_was_unreadable_is_listed(tmp_path: Path, feature: Feature) -> None:
    entry = {"item_id": "b", "path": "b.jpg", "reason": "no such file"}
    write_feature(tmp_path, feature, ITEM_IDS, unreadable=[entry])
    lines = (tmp_path / "features" / "text" / "unreadable.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [entry]
    assert read_manifest(tmp_path, "text")["unreadable"] == 1


@pytest.mark.parametrize("item_ids", [["a", "b"], ["a", "c", "b"], ["a", "b", "d"]])
def test_vectors_of_other_items_are_refused(stored: Path, item_ids: list[str]) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json.*encode again"):
        open_feature(stored, "text", item_ids)


@pytest.mark.parametrize("name", ["vectors.npy", "present.npy"])
def test_a_changed_byte_is_refused_by_file_name(stored: Path, name: str) -> None:
    path = stored / "features" / "text" / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(BundleError, match=name.replace(".", r"\.")):
        open_feature(stored, "text", ITEM_IDS)


@pytest.mark.parametrize("name", ["vectors.npy", "present.npy", "manifest.json"])
def test_a_missing_file_is_refused_by_name(stored: Path, name: str) -> None:
    (stored / "features" / "text" / name).unlink()
    with pytest.raises(BundleError, match=name.replace(".", r"\.")):
        open_feature(stored, "text", ITEM_IDS)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"name": "text"}', "\udcff"])
def test_a_broken_manifest_is_refused(stored: Path, content: str) -> None:
    path = stored / "features" / "text" / "manifest.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(BundleError, match=r"manifest\.json"):
        open_feature(stored, "text", ITEM_IDS)


def test_arrays_that_disagree_with_the_manifest_are_refused(stored: Path) -> None:
    path = stored / "features" / "text" / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "dim": 3}))
    with pytest.raises(BundleError, match=r"vectors\.npy.*\(3, 3\)"):
        open_feature(stored, "text", ITEM_IDS)


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "Upper"])
def test_a_name_that_is_no_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="feature name"):
        open_feature(tmp_path, name, ITEM_IDS)


def test_vectors_for_fewer_items_are_a_misuse(tmp_path: Path, feature: Feature) -> None:
    with pytest.raises(ValueError, match="3 vectors for 2 items"):
        write_feature(tmp_path, feature, ["a", "b"])
    assert not (tmp_path / "features").exists()
