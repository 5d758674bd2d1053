"""How the learning rate changes from step to step."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, StepLR

from engine.training_config import TrainingConfig


def learning_rate_schedule(
    optimizer: Optimizer, config: TrainingConfig, *, steps_an_epoch: int
) -> LRScheduler:
    """Halved every so many epochs where the config says so, else one cycle.

    Args:
        optimizer: whose rates are the highest.
        config: of the training.
        steps_an_epoch: of the optimiser.
    """
    if config.halve_every is not None:
        return StepLR(optimizer, config.halve_every * steps_an_epoch, gamma=0.5)
    return OneCycleLR(
        optimizer,
        [group["lr"] for group in optimizer.param_groups],
        total_steps=config.epochs * steps_an_epoch + 1,
        pct_start=0.1,
    )
