"""An optimiser and its schedule as a state, and back."""

from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from engine.state import State


def optimizer_state(optimizer: Optimizer, schedule: LRScheduler) -> State:
    """The moments and counts of every parameter, the settings of every group, the schedule."""
    state = optimizer.state_dict()
    return State(
        tensors={
            f"{number}/{name}": tensor
            for number, moments in state["state"].items()
            for name, tensor in moments.items()
        },
        scalars={"groups": state["param_groups"], "schedule": schedule.state_dict()},
    )


def restore_optimizer(optimizer: Optimizer, schedule: LRScheduler, state: State) -> None:
    """Set both back to what they were."""
    moments: dict[int, dict[str, Tensor]] = {}
    for key, tensor in state.tensors.items():
        number, name = key.split("/")
        moments.setdefault(int(number), {})[name] = tensor
    groups = [_group(group) for group in state.scalars["groups"]]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
    schedule.load_state_dict(dict(state.scalars["schedule"]))


def _group(group: dict[str, Any]) -> dict[str, Any]:
    """JSON knows lists alone, the optimiser wants a pair."""
    return {**group, "betas": tuple(group["betas"])}
