import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from data.dataset import Dataset
from data.errors import BundleError
from engine.dataset_features import dataset_features
from engine.preparation import Preparation
from engine.preparation_files import describe_preparation, restore_preparation
from engine.training import prepare
from tests.engine.planted import tiny_config


@pytest.fixture(scope="module")
def preparation(planted: Dataset) -> Preparation:
    return prepare(planted, tiny_config("mean-pool"))[0].preparation


def test_what_is_read_back_prepares_items_to_the_bit(preparation, planted, tmp_path) -> None:
    names, arrays = describe_preparation(preparation)
    save_file(arrays, tmp_path / "arrays.safetensors")
    read = load_file(tmp_path / "arrays.safetensors")
    restored = restore_preparation(json.loads(json.dumps(names)), read)
    assert (restored.categories, restored.slots) == (preparation.categories, preparation.slots)
    assert restored.widths == preparation.widths
    assert restored.encoders() == preparation.encoders() == {"look": "precomputed"}
    features = dataset_features(planted)
    first, other = (each.apply(planted.items, features) for each in (preparation, restored))
    assert first.content.any()
    assert first.content.equal(other.content)
    assert first.category.equal(other.category)
    assert first.slot.equal(other.slot)


def test_every_array_is_named_after_its_modality(preparation) -> None:
    _, arrays = describe_preparation(preparation)
    assert sorted(arrays) == [
        "attributes.components",
        "attributes.idf",
        "look.components",
        "look.mean",
        "words.components",
        "words.idf",
    ]
    assert all(array.dtype == np.float32 for array in arrays.values())


def test_a_missing_array_or_name_is_a_bundle_error_that_names_it(preparation) -> None:
    names, arrays = describe_preparation(preparation)
    for name in arrays:
        left = {key: array for key, array in arrays.items() if key != name}
        with pytest.raises(BundleError, match=f"expected '{name}' in the preparation"):
            restore_preparation(names, left)
    for name in names:
        left = {key: value for key, value in names.items() if key != name}
        with pytest.raises(BundleError, match=f"'{name}'"):
            restore_preparation(left, arrays)


def test_a_preparation_without_modalities_is_kept_too() -> None:
    bare = Preparation(categories=("tops",), slots=("",), modalities=())
    assert restore_preparation(*describe_preparation(bare)) == bare
