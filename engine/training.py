"""Training: one loop for every model, seeded, stopped on the validation figure that is reported."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int64

from data.dataset import Dataset
from engine.best_epoch import BestEpoch
from engine.chance_fit import fit_chance
from engine.epoch import Epoch
from engine.model_scorer import map_items
from engine.models.outfit_model import OutfitModel
from engine.negatives import NegativeSampler
from engine.parallel import first_says, rank, take_over
from engine.random_state import random_state, restore_random, seed_process
from engine.run_folder import RunFolder
from engine.state import State, join_states
from engine.steps import Steps, informative
from engine.teacher import Teacher
from engine.trained import Trained, as_scorer, best_device, prepare
from engine.training_config import TrainingConfig
from engine.validation import Validation

__all__ = ["Epoch", "Trained", "TrainingConfig", "as_scorer", "best_device", "fit", "prepare"]


def fit(
    trained: Trained,
    dataset: Dataset,
    run: RunFolder | None = None,
    teacher: Teacher | None = None,
) -> Iterator[Epoch]:
    """Train in place, an epoch a step; when it ends the model is as it was at its best epoch.

    Epochs before the last stage of the objective are neither kept nor counted as without gain.
    In the end chance is taken out of the compatibility of whole outfits: the figures of epochs are
    those without.

    Args:
        trained: by `prepare`, of which no step has been taken.
        dataset: that `prepare` gave with it.
        run: where to write each epoch's state before the epoch is given. Where it holds one, its
            epochs are given as they were, and training goes on as if it had never stopped.
        teacher: whose answers are learned beside the truth.

    Raises:
        BundleError: the checkpoint in `run` is damaged.
        InputError: the device knows no such precision.
    """
    config, model = trained.config, trained.model
    asked, validation = Validation.build(dataset, seed=config.seed).compact()
    steps = Steps(trained, dataset.outfit_rows("train"), teacher)
    best = BestEpoch()
    seed_process(config.seed)
    state = run.latest() if run else None
    history = _go_on(state, steps, best) if state else []
    yield from history
    for number in range(len(history), config.epochs + 1):
        if best.epochs_since(number - 1) >= config.patience:
            break
        start = time.perf_counter()
        loss = steps.epoch(number) if number else float("nan")
        figures = _measure(validation, trained, asked)
        improved = config.may_be_kept(number) and best.offer(
            model, number=number, figure=figures["mean"]
        )
        epoch = Epoch(
            number=number,
            loss=loss,
            validation=figures,
            best=improved,
            seconds=time.perf_counter() - start,
        )
        history.append(epoch)
        if run:
            run.save(_state(steps, best, history), history)
        yield epoch
    best.bring_back(model)
    model.eval()
    if isinstance(model, OutfitModel):
        outfits = informative(dataset.outfit_rows("train"), trained.features)
        _take_chance_out(model, trained, outfits, run.path if run else None)


def _take_chance_out(
    model: OutfitModel, trained: Trained, outfits: Sequence[np.ndarray], scratch: Path | None
) -> None:
    widths = list(trained.preparation.widths.values())
    sampler = NegativeSampler(outfits, trained.features, widths)
    tokens = map_items(model, trained.features, scratch)
    fit_chance(model, tokens, outfits, sampler, seed=trained.config.seed)
    take_over(model)


def _measure(
    validation: Validation, trained: Trained, asked: Int64[np.ndarray, " asked"]
) -> dict[str, float]:
    """The figures that the first process measures: on them all have to agree when to stop.

    Args:
        validation: questions on the `asked` items, by their places among these.
        trained: as it is now.
        asked: rows.
    """
    names = validation.names()
    if rank() > 0:
        return dict(zip(names, first_says([0.0] * len(names)), strict=True))
    figures = validation.measure(as_scorer(trained, asked))
    return dict(zip(names, first_says([figures[name] for name in names]), strict=True))


def _state(steps: Steps, best: BestEpoch, history: Sequence[Epoch]) -> State:
    """All that the next epoch depends on."""
    epochs = [epoch.described() for epoch in history]
    return join_states(
        {
            "steps": steps.state(),
            "best": best.state(),
            "random": random_state(),
            "history": State(tensors={}, scalars={"epochs": epochs}),
        }
    )


def _go_on(state: State, steps: Steps, best: BestEpoch) -> list[Epoch]:
    """Set everything back to where it stood; the epochs until then."""
    steps.restore(state.part("steps"))
    best.restore(state.part("best"))
    restore_random(state.part("random"))
    return [Epoch.restore(line) for line in state.part("history").scalars["epochs"]]
