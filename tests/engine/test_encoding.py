import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from data.dataset import Dataset, write_dataset
from data.errors import InputError
from data.features import list_features, open_feature, read_manifest
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA
from engine.encoders.image import load_image_encoder
from engine.encoders.text import load_text_encoder
from engine.encoding import EncodingConfig, encode_dataset, item_texts

TEXT = EncodingConfig(image=None, batch_size=2)
IMAGE = EncodingConfig(text=None, batch_size=2)
TITLES = ["red dress", None, "blue jeans", "red dress", " ", "straw hat", "black boots"]
IMAGES = ["0.png", None, "2.png", "0.png", "missing.png", "broken.png", ""]


def _dataset(
    folder: Path, titles: Sequence[str | None] = TITLES, images: Sequence[str | None] = IMAGES
) -> Dataset:
    rows = [
        {"item_id": f"i{row}", "category": "x", "attributes": [], "title": title, "image": image}
        for row, (title, image) in enumerate(zip(titles, images, strict=True))
    ]
    items = pl.DataFrame(rows, schema=ITEM_SCHEMA)
    outfit = [
        {"outfit_id": "o", "position": position, "item_id": f"i{position}", "split": "train"}
        for position in range(2)
    ]
    write_dataset(folder, items, pl.DataFrame(outfit, schema=OUTFIT_SCHEMA), {})
    return Dataset.load(folder)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    Image.new("RGB", (30, 40), "red").save(tmp_path / "0.png")
    Image.new("RGB", (30, 40), "navy").save(tmp_path / "2.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "0.png").read_bytes()[:50])
    return _dataset(tmp_path)


def _states(dataset: Dataset, config: EncodingConfig) -> list[tuple[str, str]]:
    steps = encode_dataset(dataset, config)
    return [(step.feature, step.state) for step in steps if step.state != "encoding"]


def _ids(dataset: Dataset) -> list[str]:
    return dataset.items["item_id"].to_list()


def test_every_title_gets_its_vector_and_no_title_none(dataset: Dataset) -> None:
    assert _states(dataset, TEXT) == [("text", "written")]
    feature = open_feature(dataset.folder, "text", _ids(dataset))
    assert feature.present.tolist() == [True, False, True, True, False, True, True]
    encoder = load_text_encoder(feature.encoder)
    expected = encoder.encode(["red dress", "blue jeans", "red dress", "straw hat", "black boots"])
    np.testing.assert_allclose(feature.vectors[feature.present], expected, atol=1e-5)
    assert not feature.vectors[~feature.present].any()


def test_every_picture_gets_its_vector_and_unreadable_ones_are_listed(dataset: Dataset) -> None:
    assert _states(dataset, IMAGE) == [("image", "written")]
    feature = open_feature(dataset.folder, "image", _ids(dataset))
    assert feature.present.tolist() == [True, False, True, True, False, False, False]
    expected, _ = load_image_encoder(feature.encoder).encode([dataset.folder / "2.png"])
    np.testing.assert_allclose(feature.vectors[2], expected[0], atol=1e-5)
    np.testing.assert_array_equal(feature.vectors[0], feature.vectors[3])
    lines = (dataset.folder / "features" / "image" / "unreadable.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    assert [(e["item_id"], e["path"]) for e in entries] == [
        ("i4", "missing.png"),
        ("i5", "broken.png"),
    ]
    assert entries[0]["reason"] == "expected a picture file, got no such file"
    assert "whole picture" in entries[1]["reason"]


def test_progress_counts_distinct_titles_up_to_all_of_them(dataset: Dataset) -> None:
    steps = [(step.state, step.done, step.total) for step in encode_dataset(dataset, TEXT)]
    assert steps == [
        ("encoding", 0, 4),
        ("encoding", 2, 4),
        ("encoding", 4, 4),
        ("written", 4, 4),
    ]


@pytest.mark.parametrize("config", [TEXT, IMAGE], ids=["text", "image"])
def test_a_stopped_run_goes_on_and_ends_as_if_never_stopped(
    dataset: Dataset, config: EncodingConfig
) -> None:
    (name, _), *_ = _states(dataset, config)
    whole = open_feature(dataset.folder, name, _ids(dataset))
    (dataset.folder / "features" / name).rename(dataset.folder / "elsewhere")
    steps = encode_dataset(dataset, config)
    assert [next(steps).done for _ in range(2)] == [0, 2]
    steps.close()
    assert list_features(dataset.folder) == []
    assert next(encode_dataset(dataset, config)).done == 2
    assert _states(dataset, config) == [(name, "written")]
    again = open_feature(dataset.folder, name, _ids(dataset))
    np.testing.assert_array_equal(again.present, whole.present)
    np.testing.assert_allclose(again.vectors, whole.vectors, atol=1e-5)
    assert [path.name for path in (dataset.folder / "features").iterdir()] == [name]


def test_a_stopped_run_starts_again_when_titles_have_changed(dataset: Dataset) -> None:
    steps = encode_dataset(dataset, TEXT)
    assert [next(steps).done for _ in range(2)] == [0, 2]
    steps.close()
    changed = _dataset(dataset.folder, titles=["green dress", *TITLES[1:]])
    assert next(encode_dataset(changed, TEXT)).done == 0


def test_what_is_up_to_date_is_kept(dataset: Dataset) -> None:
    both = EncodingConfig()
    assert _states(dataset, both) == [("text", "written"), ("image", "written")]
    assert _states(dataset, both) == [("text", "kept"), ("image", "kept")]


def test_a_changed_title_or_picture_or_a_damaged_file_is_encoded_again(dataset: Dataset) -> None:
    both = EncodingConfig()
    _states(dataset, both)
    Image.new("RGB", (9, 9)).save(dataset.folder / "2.png")
    changed = _dataset(dataset.folder, titles=["green dress", *TITLES[1:]])
    assert _states(changed, both) == [("text", "written"), ("image", "written")]
    (dataset.folder / "features" / "text" / "present.npy").write_bytes(b"")
    assert _states(changed, both) == [("text", "written"), ("image", "kept")]


def test_without_titles_and_pictures_there_is_nothing_to_do(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path, titles=[None, ""], images=[None, None])
    assert _states(dataset, EncodingConfig()) == [("text", "skipped"), ("image", "skipped")]
    assert list_features(tmp_path) == []


def test_precomputed_vectors_become_a_feature_of_that_name(dataset: Dataset) -> None:
    np.save(dataset.folder / "v.npy", np.array([[1.0, 2.0]]))
    (dataset.folder / "v.ids.txt").write_text("i2\n")
    config = EncodingConfig(text=None, image=None, precomputed={"own": dataset.folder / "v.npy"})
    assert _states(dataset, config) == [("own", "written")]
    feature = open_feature(dataset.folder, "own", _ids(dataset))
    assert (feature.modality, feature.encoder) == ("vector", "precomputed")
    assert feature.present.nonzero()[0].tolist() == [2]
    assert feature.vectors[2].tolist() == [1, 2]
    assert read_manifest(dataset.folder, "own")["present"] == 1


@pytest.mark.parametrize("name", ["text", "image", "words", "attributes", "a/b"])
def test_a_precomputed_name_that_is_taken_or_wrong_is_refused(dataset: Dataset, name: str) -> None:
    config = EncodingConfig(precomputed={name: dataset.folder / "v.npy"})
    with pytest.raises(InputError, match=name):
        _states(dataset, config)


@pytest.mark.parametrize("config", [EncodingConfig(text="x"), EncodingConfig(text=None, image="x")])
def test_an_unknown_encoder_is_refused_and_nothing_is_written(
    dataset: Dataset, config: EncodingConfig
) -> None:
    with pytest.raises(InputError, match=r"encoder: .*'x'"):
        _states(dataset, config)
    assert not (dataset.folder / "features").exists()


def test_a_description_follows_the_title_and_is_nothing_without_one() -> None:
    columns = {"title": ["hat", "hat ", " ", None], "description": ["of straw", None, "x", "x"]}
    items = pl.DataFrame(columns, schema={"title": pl.String, "description": pl.String})
    assert item_texts(items) == ["hat. of straw", "hat", None, None]
