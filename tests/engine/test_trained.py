import numpy as np
import polars as pl
import pytest
import torch

from data.dataset import Dataset
from data.errors import BundleError, SchemaError
from engine.preparation import FrozenFeature
from engine.trained import best_device, prepare
from tests.engine.planted import store, tiny_config


def test_a_dataset_without_validation_outfits_gets_some_held_out(planted: Dataset) -> None:
    outfits = planted.outfits.with_columns(split=pl.lit("train"))
    whole = Dataset(folder=planted.folder, items=planted.items, outfits=outfits)
    trained, held = prepare(whole, tiny_config("mean-pool"))
    assert len(held.outfit_rows("valid")) == 30
    worn = trained.counts.items["outfits"].sum()
    assert worn == 270 * 3


def test_items_that_only_other_splits_wear_are_not_learned_from(planted: Dataset) -> None:
    shoes = planted.items.filter(category="shoes")["item_id"].implode()
    worn_in_training = (pl.col("split") == "train") & pl.col("item_id").is_in(shoes)
    dataset = Dataset(
        folder=planted.folder,
        items=planted.items,
        outfits=planted.outfits.filter(~worn_in_training),
    )
    preparation = prepare(dataset, tiny_config("mean-pool"))[0].preparation
    assert preparation.categories == ("bottoms", "tops")
    vectors = np.load(planted.folder / "features" / "look" / "vectors.npy")[:60]
    (look,) = (part for part in preparation.modalities if isinstance(part, FrozenFeature))
    np.testing.assert_allclose(
        look.whitening.mean, vectors[vectors.any(axis=1)].mean(axis=0), atol=1e-5
    )


def test_a_dataset_without_training_outfits_is_refused(planted: Dataset) -> None:
    outfits = planted.outfits.with_columns(split=pl.lit("test"))
    with pytest.raises(SchemaError, match="training outfits"):
        prepare(
            Dataset(folder=planted.folder, items=planted.items, outfits=outfits),
            tiny_config("mean-pool"),
        )


def test_damaged_features_are_refused(tmp_path) -> None:
    items = pl.DataFrame({"item_id": ["a", "b"], "category": ["tops", "shoes"]})
    dataset = store(tmp_path, items, [[0, 1]] * 5, {"look": np.ones((2, 3), np.float32)})
    (tmp_path / "features" / "look" / "present.npy").write_bytes(b"")
    with pytest.raises(BundleError, match=r"present\.npy"):
        prepare(dataset, tiny_config("mean-pool"))


def test_the_device_is_a_gpu_where_there_is_one() -> None:
    assert best_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
