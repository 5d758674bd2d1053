"""Training: one loop for every model, seeded, stopped on the validation figure that is reported."""

import time
from collections.abc import Iterator, Sequence

import numpy as np

from data.dataset import Dataset
from engine.best_epoch import BestEpoch
from engine.chance_fit import fit_chance
from engine.epoch import Epoch
from engine.model_scorer import encode_items
from engine.models.outfit_model import OutfitModel
from engine.negatives import NegativeSampler
from engine.steps import Steps, informative
from engine.trained import Trained, as_scorer, best_device, prepare
from engine.training_config import TrainingConfig
from engine.validation import Validation

__all__ = ["Epoch", "Trained", "TrainingConfig", "as_scorer", "best_device", "fit", "prepare"]


def fit(trained: Trained, dataset: Dataset) -> Iterator[Epoch]:
    """Train in place, an epoch a step; when it ends the model is as it was at its best epoch.

    Only then is chance taken out of the compatibility of whole outfits: the figures of epochs are
    those without.
    """
    config, model = trained.config, trained.model
    validation = Validation.build(dataset, seed=config.seed)
    steps = Steps(trained, dataset.outfit_rows("train"))
    best = BestEpoch()
    for number in range(config.epochs + 1):
        start = time.perf_counter()
        loss = steps.epoch(number) if number else float("nan")
        figures = validation.measure(as_scorer(trained))
        improved = best.offer(model, number=number, figure=figures["mean"])
        yield Epoch(
            number=number,
            loss=loss,
            validation=figures,
            best=improved,
            seconds=time.perf_counter() - start,
        )
        if number - best.number >= config.patience:
            break
    best.restore(model)
    model.eval()
    if isinstance(model, OutfitModel):
        _take_chance_out(model, trained, dataset.outfit_rows("train"))


def _take_chance_out(model: OutfitModel, trained: Trained, outfits: Sequence[np.ndarray]) -> None:
    outfits = informative(outfits, trained.features)
    widths = list(trained.preparation.widths.values())
    sampler = NegativeSampler(outfits, trained.features, widths)
    tokens = encode_items(model, trained.features)
    fit_chance(model, tokens, outfits, sampler, seed=trained.config.seed)
