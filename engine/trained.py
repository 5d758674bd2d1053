"""A model with what it needs to read a dataset: prepared first, then trained in place."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int64

from data.dataset import Dataset
from engine.category_fit import fit_category_prior
from engine.dataset_features import dataset_features
from engine.items import ItemFeatures
from engine.modality_choice import telling_modalities
from engine.model_scorer import ModelScorer, encode_items
from engine.models.build import build_model
from engine.models.model import Model
from engine.models.outfit_model import OutfitModel
from engine.preparation import Preparation
from engine.prepared_items import prepare_items
from engine.price_fit import fit_price_level
from engine.training_config import TrainingConfig
from engine.training_counts import TrainingCounts
from engine.validation import with_validation

log = logging.getLogger(__name__)

PREPARATION_SEED = 0
"""Items are prepared in one way whatever the seed, so that models of all seeds can be joined."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trained:
    """A model with what it needs to read a dataset; `model` changes while `fit` runs.

    The content of `features` stays on the disk and is gathered from there, a batch at a time.
    """

    config: TrainingConfig
    preparation: Preparation
    counts: TrainingCounts
    features: ItemFeatures
    model: Model


def prepare(
    dataset: Dataset, config: TrainingConfig, scratch: Path | None = None
) -> tuple[Trained, Dataset]:
    """An untrained model for a dataset, and the dataset with its validation outfits.

    The content of the items is written to a file without a name, and mapped from there.

    Args:
        dataset: encoded.
        config: of the training.
        scratch: the folder for that file; None for the system's temporary one.

    Raises:
        SchemaError: there are no training outfits.
        BundleError: a feature of the dataset is damaged.
    """
    dataset = with_validation(dataset, seed=PREPARATION_SEED)
    torch.manual_seed(config.seed)
    outfits = dataset.outfit_rows("train")
    stored = dataset_features(dataset)
    fitted = Preparation.fit(
        dataset.items,
        stored,
        np.unique(np.concatenate(outfits)),
        width=config.feature_width,
        seed=PREPARATION_SEED,
    )
    features = prepare_items(fitted, dataset.items, stored, scratch)
    preparation = _choose_modalities(fitted, features, outfits)
    if preparation.widths != fitted.widths:
        features = prepare_items(preparation, dataset.items, stored, scratch)
    counts = TrainingCounts.count(dataset)
    model = build_model(config.model, preparation, counts)
    if isinstance(model, OutfitModel):
        fit_category_prior(model.prior, features, outfits, seed=config.seed)
        if config.model.prices:
            fit_price_level(model.price_level, features, outfits, dataset.outfit_rows("valid"))
    trained = Trained(
        config=config,
        preparation=preparation,
        counts=counts,
        features=features,
        model=model.to(best_device()),
    )
    return trained, dataset


def as_scorer(trained: Trained, rows: Int64[np.ndarray, " rows"] | None = None) -> ModelScorer:
    """The model as it is now, over the items at `rows`, by default over all of the dataset."""
    wanted = None if rows is None else torch.from_numpy(rows)
    tokens = encode_items(trained.model, trained.features, wanted)
    return ModelScorer(name=trained.config.recipe, model=trained.model, tokens=tokens)


def best_device() -> torch.device:
    """A GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _choose_modalities(
    preparation: Preparation,
    features: ItemFeatures,
    outfits: Sequence[np.ndarray],
) -> Preparation:
    """The preparation without modalities that say nothing of what is worn together."""
    kept = telling_modalities(features, preparation.widths, outfits, seed=PREPARATION_SEED)
    for name in preparation.widths.keys() - kept.keys():
        log.info("left out %s: it says nothing of what is worn together", name)
    return preparation.only(kept)
