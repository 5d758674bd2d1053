"""A bundle as a scorer and a retriever of a dataset, whose items may all be new to it."""

from pathlib import Path

from data.dataset import Dataset
from engine.bundle import load_bundle
from engine.dataset_features import features_for
from engine.inline_items import InlineItems
from engine.model_retriever import ModelRetriever
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


def bundled_retriever(bundle: Path, dataset: Dataset) -> ModelRetriever:
    """The same as a retriever; any category of the dataset may be asked for.

    Raises:
        BundleError: the bundle or a feature of the dataset is damaged or does not fit.
    """
    scorer = bundled_scorer(bundle, dataset)
    categories = frozenset(dataset.items["category"].unique())
    return ModelRetriever(
        name=scorer.name,
        model=scorer.model,
        tokens=scorer.tokens,
        wishes=InlineItems(preparation=load_bundle(bundle).preparation, categories=categories),
    )
