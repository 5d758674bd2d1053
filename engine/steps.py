"""The steps of one training run: optimiser, schedule and draws."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from data.errors import BundleError
from engine.examples import Example, distinct, draw_example
from engine.items import ItemFeatures
from engine.judged_example import JudgedExample
from engine.learning_rate import learning_rate_schedule
from engine.models.model import Model
from engine.models.outfit_model import OutfitModel
from engine.models.summed import SummedInteractions
from engine.negatives import NegativeSampler
from engine.objective import outfit_losses
from engine.objective_config import ObjectiveConfig
from engine.optimizer_state import optimizer_state, restore_optimizer
from engine.parallel import own_share, sum_gradients
from engine.precision import autocast
from engine.presence import modality_presence
from engine.state import State, join_states
from engine.teacher import Teacher
from engine.trained import Trained
from engine.training_config import TrainingConfig
from graph.outfits import pad_outfits

CLIP_NORM = 1.0
SCALAR_SPEED = 10


class Steps:
    """The optimiser, its schedule and the draws of one training run.

    Args:
        trained: whose model is trained in place.
        outfits: rows of the training outfits.
        teacher: whose answers are learned beside the truth.
    """

    def __init__(
        self, trained: Trained, outfits: Sequence[np.ndarray], teacher: Teacher | None = None
    ) -> None:
        config = trained.config
        self._model, self._config = trained.model, config
        self._teacher = teacher
        self._outfits = informative(outfits, trained.features)
        self._generator = torch.Generator().manual_seed(config.seed)
        self._device = next(trained.model.parameters()).device
        self._features = trained.features
        self._sampler = NegativeSampler(
            self._outfits, trained.features, list(trained.preparation.widths.values())
        )
        self._optimizer = torch.optim.AdamW(
            _parameter_groups(trained.model, config), weight_decay=config.weight_decay
        )
        self._step_size = config.batch_size * config.accumulate
        self._schedule = learning_rate_schedule(
            self._optimizer,
            config,
            steps_an_epoch=-(-len(self._outfits) // self._step_size),
        )

    def epoch(self, number: int) -> float:
        """One pass in random order, the first is number 1; the mean loss."""
        self._model.train()
        if isinstance(self._model, OutfitModel):
            _named(self._model).requires_grad_(self._config.interaction_learns(number))
        stage = self._config.stage(number)
        losses = [self._step(example, stage) for example in self.examples(number)]
        return float(torch.stack(losses).double().mean())

    def examples(self, number: int) -> Iterator[Example]:
        """What each step of an epoch is trained on, drawn when it is asked for."""
        stage = self._config.stage(number)
        order = torch.randperm(len(self._outfits), generator=self._generator)
        for places in torch.split(order, self._step_size):
            outfits = pad_outfits([self._outfits[place] for place in places])
            yield draw_example(outfits, self._sampler, stage, self._generator)

    def gathered(self, example: Example) -> tuple[ItemFeatures, Example]:
        """The items of an example and the example in terms of them, where the model is."""
        rows, places = distinct(example)
        return self._features.take(rows).to(self._device), places.to(self._device)

    def state(self) -> State:
        """The model, the optimiser, the schedule, and where the draws stand."""
        return join_states(
            {
                "model": State(tensors=self._model.state_dict(), scalars={}),
                "optimizer": optimizer_state(self._optimizer, self._schedule),
                "draws": State(tensors={"generator": self._generator.get_state()}, scalars={}),
            }
        )

    def restore(self, state: State) -> None:
        """Set all of it back to what it was.

        Raises:
            BundleError: the state is of a model with other weights.
        """
        try:
            self._model.load_state_dict(state.part("model").tensors)
        except RuntimeError as error:
            raise BundleError(
                "expected a checkpoint with the weights of this model, got one with others, as of "
                "another version of it: train it anew"
            ) from error
        restore_optimizer(self._optimizer, self._schedule, state.part("optimizer"))
        self._generator.set_state(state.part("draws").tensors["generator"])

    def _step(self, example: Example, stage: ObjectiveConfig) -> Tensor:
        """One step of the optimiser; the mean loss of the outfits before it."""
        num = len(example.outfits)
        self._optimizer.zero_grad()
        own = [self._backward(example.part(batch), stage, num) for batch in self._batches(num)]
        parameters = [each for each in self._model.parameters() if each.requires_grad]
        loss = sum_gradients(parameters, torch.stack(own).sum())
        nn.utils.clip_grad_norm_(parameters, CLIP_NORM)
        self._optimizer.step()
        self._schedule.step()
        return loss

    def _batches(self, num: int) -> Iterator[slice]:
        """What is judged at once of a step's outfits."""
        size = self._config.batch_size
        return (slice(start, start + size) for start in range(0, num, size))

    def _backward(self, batch: Example, stage: ObjectiveConfig, num: int) -> Tensor:
        """Add the gradients of this process's share of a batch; its share of the mean loss.

        Args:
            batch: whose items are all embedded.
            stage: what it is trained against.
            num: outfits of the whole step.
        """
        share = own_share(len(batch.outfits))
        if share.start == share.stop:
            return torch.zeros((), device=self._device)
        items, places = self.gathered(batch)
        with autocast(self._config.precision, self._device):
            losses = outfit_losses(
                self._model, items, places, stage, part=share, taught=self._taught(batch, share)
            )
        loss = losses.float().sum() / num
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def _taught(self, batch: Example, share: slice) -> JudgedExample | None:
        if self._teacher is None:
            return None
        return self._teacher.judge(batch.part(share)).to(self._device)


def _named(model: OutfitModel) -> nn.Module:
    """The interaction that gives a model its name, without what is added to it."""
    interaction = model.interaction
    return interaction.parts[0] if isinstance(interaction, SummedInteractions) else interaction


def informative(outfits: Sequence[np.ndarray], features: ItemFeatures) -> list[np.ndarray]:
    """Outfits in which two items or more have content; all of them where there are few such.

    The category prior is counted, not learned, so outfits without content would teach nothing.
    """
    known = modality_presence(features.content, [features.content.shape[1]])[:, 0].numpy()
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
