"""The frozen features of a dataset, encoded now where the store lacks them."""

import logging
from collections.abc import Mapping, Sequence

from data.dataset import Dataset
from data.errors import BundleError
from data.features import Feature, list_features, open_feature
from engine.encoding import EncodingConfig, encode_dataset

log = logging.getLogger(__name__)


def dataset_features(dataset: Dataset) -> dict[str, Feature]:
    """Every feature of the store, by name.

    Raises:
        BundleError: a feature is damaged or belongs to other items.
    """
    return _opened(dataset, list_features(dataset.folder))


def features_for(dataset: Dataset, encoders: Mapping[str, str]) -> dict[str, Feature]:
    """The features that a model was trained on, `text` and `image` encoded first if need be.

    A precomputed feature that the dataset lacks is absent from all items, with a warning.

    Args:
        dataset: whose features are read, and written where they lack.
        encoders: what each feature was made with, by the feature's name.

    Raises:
        BundleError: a feature is damaged, or was made by another encoder.
    """
    missing = [name for name in encoders if name not in list_features(dataset.folder)]
    if {"text", "image"} & set(missing):
        config = EncodingConfig(
            text=encoders["text"] if "text" in missing else None,
            image=encoders["image"] if "image" in missing else None,
        )
        for progress in encode_dataset(dataset, config):
            log.debug("encoded", extra={"feature": progress.feature, "done": progress.done})
    held = list_features(dataset.folder)
    features = _opened(dataset, [name for name in encoders if name in held])
    for name in sorted(set(encoders) - set(features)):
        log.warning("%s holds no feature %r: all its items do without", dataset.folder, name)
    return {name: _made_by(feature, encoders[name]) for name, feature in features.items()}


def _opened(dataset: Dataset, names: Sequence[str]) -> dict[str, Feature]:
    item_ids = dataset.items["item_id"].to_list()
    return {name: open_feature(dataset.folder, name, item_ids) for name in names}


def _made_by(feature: Feature, encoder: str) -> Feature:
    if feature.encoder != encoder:
        raise BundleError(
            f"feature {feature.name!r}: expected vectors of encoder {encoder!r}, "
            f"got {feature.encoder!r}"
        )
    return feature
