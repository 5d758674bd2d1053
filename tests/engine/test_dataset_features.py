import logging
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data.dataset import Dataset
from data.errors import BundleError
from data.features import Feature, list_features, write_feature
from engine.dataset_features import dataset_features, features_for
from tests.engine.planted import feature_of, store

VECTORS = np.arange(1, 13, dtype=np.float32).reshape(4, 3)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    items = pl.DataFrame({"item_id": list("abcd"), "category": ["tops"] * 4})
    return store(
        tmp_path / "data", items, [[0, 1], [2, 3]], {"look": VECTORS, "price": VECTORS[:, :1]}
    )


def test_every_feature_of_the_store_is_opened_by_name(dataset) -> None:
    features = dataset_features(dataset)
    assert sorted(features) == ["look", "price"]
    np.testing.assert_array_equal(features["look"].vectors, VECTORS)


def test_a_dataset_without_a_store_has_no_features(tmp_path) -> None:
    items = pl.DataFrame({"item_id": ["a", "b"], "category": ["tops"] * 2})
    assert dataset_features(store(tmp_path / "bare", items, [[0, 1]], {})) == {}


def test_only_the_features_of_the_model_are_given(dataset) -> None:
    assert list(features_for(dataset, {"price": "precomputed"})) == ["price"]
    assert features_for(dataset, {}) == {}


def test_a_feature_that_the_dataset_lacks_is_left_out_with_a_warning(dataset, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        features = features_for(dataset, {"look": "precomputed", "smell": "precomputed"})
    assert list(features) == ["look"]
    assert "no feature 'smell'" in caplog.text
    assert "look" not in caplog.text


def test_a_feature_of_another_encoder_is_refused(dataset) -> None:
    with pytest.raises(BundleError, match="'look': expected vectors of encoder 'clip', got 'prec"):
        features_for(dataset, {"look": "clip"})


def test_damaged_vectors_are_refused_by_name(dataset) -> None:
    path = dataset.folder / "features" / "look" / "vectors.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    for read in (dataset_features, lambda each: features_for(each, {"look": "precomputed"})):
        with pytest.raises(BundleError, match=r"look/vectors\.npy"):
            read(dataset)


def test_damage_to_a_feature_that_the_model_does_not_read_is_no_matter(dataset) -> None:
    path = dataset.folder / "features" / "look" / "vectors.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    assert list(features_for(dataset, {"price": "precomputed"})) == ["price"]


def test_titles_are_encoded_where_the_store_lacks_them_and_only_then(tmp_path) -> None:
    items = pl.DataFrame(
        {"item_id": ["a", "b", "c"], "category": ["tops"] * 3, "title": ["silk top", None, "tee"]}
    )
    dataset = store(tmp_path / "data", items, [[0, 1]], {})
    (feature,) = features_for(dataset, {"text": "minilm"}).values()
    assert list_features(dataset.folder) == ["text"]
    assert feature.present.tolist() == [True, False, True]
    assert feature.vectors.shape == (3, 384)
    mine = Feature(
        name="text",
        modality="text",
        encoder="minilm",
        vectors=np.ones((3, 384), np.float32),
        present=np.ones(3, np.bool_),
    )
    write_feature(dataset.folder, mine, ["a", "b", "c"])
    (kept,) = features_for(dataset, {"text": "minilm"}).values()
    assert (kept.vectors == 1).all()


def test_a_dataset_without_titles_or_pictures_does_without_and_says_so(dataset, caplog) -> None:
    encoders = {"text": "minilm", "image": "efficientnet-lite0"}
    with caplog.at_level(logging.WARNING):
        assert features_for(dataset, encoders) == {}
    assert "'text'" in caplog.text
    assert "'image'" in caplog.text


def test_a_feature_that_is_zero_somewhere_keeps_its_presence(tmp_path) -> None:
    items = pl.DataFrame({"item_id": ["a", "b"], "category": ["tops"] * 2})
    dataset = store(tmp_path / "data", items, [[0, 1]], {})
    vectors = np.zeros((2, 2), np.float32)
    vectors[1] = 1
    write_feature(dataset.folder, feature_of("look", vectors), ["a", "b"])
    assert dataset_features(dataset)["look"].present.tolist() == [False, True]
