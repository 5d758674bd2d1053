from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data.dataset import Dataset
from data.errors import BundleError
from engine import prepared_items
from engine.dataset_features import dataset_features
from engine.preparation import Preparation
from engine.prepared_items import prepare_items
from tests.engine.planted import complete, feature_of


@pytest.fixture(scope="module")
def preparation(planted: Dataset) -> Preparation:
    rows = np.arange(planted.items.height)
    return Preparation.fit(planted.items, dataset_features(planted), rows, width=8, seed=0)


@pytest.mark.parametrize("chunk", [7, 90, 1000])
def test_items_are_what_the_preparation_makes_of_them_whatever_the_chunk(
    planted, preparation, tmp_path, monkeypatch, chunk
) -> None:
    monkeypatch.setattr(prepared_items, "CHUNK", chunk)
    features = dataset_features(planted)
    whole = preparation.apply(planted.items, features)
    prepared = prepare_items(preparation, planted.items, features, tmp_path)
    np.testing.assert_allclose(prepared.content, whole.content, atol=1e-6)
    assert prepared.category.equal(whole.category)
    assert prepared.slot.equal(whole.slot)
    np.testing.assert_array_equal(prepared.log_prices, whole.log_prices)
    assert prepared.log_prices.isfinite().any()
    assert prepared.content.shape[1] == preparation.dim > 8


def test_a_feature_of_another_length_is_refused(planted, preparation) -> None:
    look = feature_of("look", np.ones((planted.items.height, 5), np.float32))
    with pytest.raises(BundleError, match="expected vectors of 8 numbers, got 5"):
        prepare_items(preparation, planted.items, {"look": look})


def test_items_known_by_category_alone_have_content_without_width(tmp_path: Path) -> None:
    items = complete(pl.DataFrame({"item_id": ["a", "b"], "category": ["hats", "hats"]}))
    preparation = Preparation.fit(items, {}, np.arange(2), width=8, seed=0)
    prepared = prepare_items(preparation, items, {}, tmp_path)
    assert prepared.content.shape == (2, 0)
    assert prepared.category.tolist() == [1, 1]
