"""Training: one loop for every model, seeded, stopped on the validation figure that is reported."""

import copy
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from data.dataset import Dataset
from engine.dataset_features import dataset_features
from engine.examples import draw_example
from engine.items import ItemFeatures
from engine.modality_choice import telling_modalities
from engine.model_scorer import ModelScorer, encode_items
from engine.models.build import ModelConfig, build_model
from engine.models.model import Model
from engine.negatives import NegativeSampler
from engine.objective import objective
from engine.objective_config import ObjectiveConfig
from engine.preparation import Preparation
from engine.training_counts import TrainingCounts
from engine.validation import Validation, with_validation
from graph.outfits import OutfitBatch, pad_outfits

log = logging.getLogger(__name__)

CLIP_NORM = 1.0
SCALAR_SPEED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """How a model is trained.

    Args:
        seed: of weights, order, negatives and dropout.
        epochs: at most.
        patience: epochs without a better validation figure before training stops.
        batch_size: outfits a step.
        learning_rate: highest, reached after a tenth of the steps, then annealed by a cosine.
        weight_decay: of AdamW.
        feature_width: numbers kept of each modality, at most; of attributes twice as many.
    """

    seed: int = 0
    epochs: int = 12
    patience: int = 8
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    feature_width: int = 128
    model: ModelConfig = field(default_factory=ModelConfig)
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One pass over the training outfits; number 0 is the model before any.

    Args:
        validation: figures by name, `mean` the one on which epochs are chosen.
        best: whether no earlier epoch was as good.
    """

    number: int
    loss: float
    validation: dict[str, float]
    best: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trained:
    """A model with what it needs to read a dataset; `model` changes while `fit` runs."""

    config: TrainingConfig
    preparation: Preparation
    counts: TrainingCounts
    features: ItemFeatures
    model: Model


def prepare(dataset: Dataset, config: TrainingConfig) -> tuple[Trained, Dataset]:
    """An untrained model for a dataset, and the dataset with its validation outfits.

    Raises:
        SchemaError: there are no training outfits.
        BundleError: a feature of the dataset is damaged.
    """
    dataset = with_validation(dataset, seed=config.seed)
    torch.manual_seed(config.seed)
    outfits = dataset.outfit_rows("train")
    stored = dataset_features(dataset)
    fitted = Preparation.fit(
        dataset.items,
        stored,
        np.unique(np.concatenate(outfits)),
        width=config.feature_width,
        seed=config.seed,
    )
    preparation = _choose_modalities(fitted, fitted.apply(dataset.items, stored), outfits, config)
    counts = TrainingCounts.count(dataset)
    trained = Trained(
        config=config,
        preparation=preparation,
        counts=counts,
        features=preparation.apply(dataset.items, stored),
        model=build_model(config.model, preparation, counts).to(best_device()),
    )
    return trained, dataset


def fit(trained: Trained, dataset: Dataset) -> Iterator[Epoch]:
    """Train in place, an epoch a step; when it ends the model is as it was at its best epoch."""
    config, model = trained.config, trained.model
    validation = Validation.build(dataset, seed=config.seed)
    outfits = _informative(dataset.outfit_rows("train"), trained.features)
    steps = _Steps(trained, outfits)
    best, best_state, best_number = -1.0, copy.deepcopy(model.state_dict()), 0
    for number in range(config.epochs + 1):
        start = time.perf_counter()
        loss = steps.epoch(number) if number else float("nan")
        figures = validation.measure(as_scorer(trained))
        improved = figures["mean"] > best
        if improved:
            best, best_state, best_number = (
                figures["mean"],
                copy.deepcopy(model.state_dict()),
                number,
            )
        yield Epoch(
            number=number,
            loss=loss,
            validation=figures,
            best=improved,
            seconds=time.perf_counter() - start,
        )
        if number - best_number >= config.patience:
            break
    model.load_state_dict(best_state)
    model.eval()


def as_scorer(trained: Trained) -> ModelScorer:
    """The model as it is now, over the dataset that it is trained on."""
    tokens = encode_items(trained.model, trained.features)
    return ModelScorer(name=trained.config.model.name, model=trained.model, tokens=tokens)


def best_device() -> torch.device:
    """A GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _choose_modalities(
    preparation: Preparation,
    features: ItemFeatures,
    outfits: Sequence[np.ndarray],
    config: TrainingConfig,
) -> Preparation:
    """The preparation without modalities that say nothing of what is worn together."""
    kept = telling_modalities(features, preparation.widths, outfits, seed=config.seed)
    for name in preparation.widths.keys() - kept.keys():
        log.info("left out %s: it says nothing of what is worn together", name)
    return preparation.only(kept)


def _informative(outfits: Sequence[np.ndarray], features: ItemFeatures) -> list[np.ndarray]:
    """Outfits in which two items or more have content; all of them where there are few such.

    The category prior is counted, not learned, so outfits without content would teach nothing.
    """
    known = (features.content != 0).any(1).numpy()
    informative = [outfit for outfit in outfits if known[outfit].sum() >= 2]
    return informative if len(informative) > len(outfits) // 10 else list(outfits)


def _parameter_groups(model: Model, config: TrainingConfig) -> list[dict[str, Any]]:
    """Weights, and scalars (scales, offsets, temperature) that learn faster and do not decay."""
    parameters = list(model.parameters())
    scalars = [parameter for parameter in parameters if parameter.dim() == 0]
    weights = [parameter for parameter in parameters if parameter.dim() > 0]
    return [
        {"params": weights, "lr": config.learning_rate},
        {"params": scalars, "lr": SCALAR_SPEED * config.learning_rate, "weight_decay": 0.0},
    ]


class _Steps:
    """The optimiser, its schedule and the draws of one training run."""

    def __init__(self, trained: Trained, outfits: Sequence[np.ndarray]) -> None:
        config = trained.config
        self._model, self._config, self._outfits = trained.model, config, outfits
        self._generator = torch.Generator().manual_seed(config.seed)
        self._features = trained.features.to(next(trained.model.parameters()).device)
        self._sampler = NegativeSampler(
            outfits, trained.features, list(trained.preparation.widths.values())
        )
        self._optimizer = torch.optim.AdamW(
            _parameter_groups(trained.model, config), weight_decay=config.weight_decay
        )
        num_steps = config.epochs * -(-len(outfits) // config.batch_size)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer,
            [group["lr"] for group in self._optimizer.param_groups],
            total_steps=num_steps + 1,
            pct_start=0.1,
        )

    def epoch(self, number: int) -> float:
        """One pass in random order, the first is number 1; the mean loss."""
        self._model.train()
        stage = self._config.objective.stage((number - 1) / self._config.epochs)
        order = torch.randperm(len(self._outfits), generator=self._generator)
        losses = [
            self._step(pad_outfits([self._outfits[place] for place in places]), stage)
            for places in torch.split(order, self._config.batch_size)
        ]
        return sum(losses) / len(losses)

    def _step(self, outfits: OutfitBatch, stage: ObjectiveConfig) -> float:
        example = draw_example(outfits, self._sampler, stage, self._generator)
        device = self._features.category.device
        loss = objective(self._model, self._features, example.to(device), stage)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._model.parameters(), CLIP_NORM)
        self._optimizer.step()
        self._schedule.step()
        return float(loss.detach())
