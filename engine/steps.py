"""The steps of one training run: optimiser, schedule and draws."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from engine.examples import draw_example
from engine.items import ItemFeatures
from engine.learning_rate import learning_rate_schedule
from engine.models.model import Model
from engine.negatives import NegativeSampler
from engine.objective import objective
from engine.objective_config import ObjectiveConfig
from engine.trained import Trained
from engine.training_config import TrainingConfig
from graph.outfits import OutfitBatch, pad_outfits

CLIP_NORM = 1.0
SCALAR_SPEED = 10


class Steps:
    """The optimiser, its schedule and the draws of one training run.

    Args:
        trained: whose model is trained in place.
        outfits: rows of the training outfits.
    """

    def __init__(self, trained: Trained, outfits: Sequence[np.ndarray]) -> None:
        config = trained.config
        self._model, self._config = trained.model, config
        self._outfits = informative(outfits, trained.features)
        self._generator = torch.Generator().manual_seed(config.seed)
        self._features = trained.features.to(next(trained.model.parameters()).device)
        self._sampler = NegativeSampler(
            self._outfits, trained.features, list(trained.preparation.widths.values())
        )
        self._optimizer = torch.optim.AdamW(
            _parameter_groups(trained.model, config), weight_decay=config.weight_decay
        )
        self._schedule = learning_rate_schedule(
            self._optimizer,
            config,
            steps_an_epoch=-(-len(self._outfits) // config.batch_size),
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


def informative(outfits: Sequence[np.ndarray], features: ItemFeatures) -> list[np.ndarray]:
    """Outfits in which two items or more have content; all of them where there are few such.

    The category prior is counted, not learned, so outfits without content would teach nothing.
    """
    known = (features.content != 0).any(1).numpy()
    telling = [outfit for outfit in outfits if known[outfit].sum() >= 2]
    return telling if len(telling) > len(outfits) // 10 else list(outfits)


def _parameter_groups(model: Model, config: TrainingConfig) -> list[dict[str, Any]]:
    """Weights, and scalars (scales, offsets, temperature) that learn faster and do not decay."""
    parameters = list(model.parameters())
    scalars = [parameter for parameter in parameters if parameter.dim() == 0]
    weights = [parameter for parameter in parameters if parameter.dim() > 0]
    return [
        {"params": weights, "lr": config.learning_rate},
        {"params": scalars, "lr": SCALAR_SPEED * config.learning_rate, "weight_decay": 0.0},
    ]
