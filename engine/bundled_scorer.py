"""A bundle as a scorer of a dataset, whose items may all be new to it."""

from pathlib import Path

from data.dataset import Dataset
from engine.bundle import load_bundle
from engine.dataset_features import features_for
from engine.model_scorer import ModelScorer, encode_items


def bundled_scorer(bundle: Path, dataset: Dataset) -> ModelScorer:
    """The bundle's model over the items of `dataset`, encoded first where they are not yet.

    Raises:
        BundleError: the bundle or a feature of the dataset is damaged or does not fit.
    """
    loaded = load_bundle(bundle)
    features = features_for(dataset, loaded.preparation.encoders())
    tokens = encode_items(loaded.model, loaded.preparation.apply(dataset.items, features))
    return ModelScorer(name=loaded.manifest["model"], model=loaded.model, tokens=tokens)
