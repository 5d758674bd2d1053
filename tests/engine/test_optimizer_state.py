import json

import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR

from engine.optimizer_state import optimizer_state, restore_optimizer
from engine.state import State


def trained(steps: int) -> tuple[nn.Parameter, torch.optim.Optimizer, LRScheduler]:
    weights, scalar = nn.Parameter(torch.ones(3)), nn.Parameter(torch.tensor(2.0))
    groups = [{"params": [weights]}, {"params": [scalar], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.1)
    schedule = OneCycleLR(optimizer, [0.1, 0.2], total_steps=20)
    step(weights, scalar, optimizer, schedule, steps)
    return weights, optimizer, schedule


def step(weights, scalar, optimizer, schedule, steps: int) -> None:
    for number in range(steps):
        optimizer.zero_grad()
        (scalar * (weights * torch.arange(3)).sin().sum() * (number + 1)).backward()
        optimizer.step()
        schedule.step()


def test_restored_it_goes_on_as_if_never_stopped() -> None:
    weights, optimizer, schedule = trained(7)
    kept = optimizer_state(optimizer, schedule)
    copied = State(
        tensors={name: tensor.clone() for name, tensor in kept.tensors.items()},
        scalars=json.loads(json.dumps(kept.scalars)),
    )
    start = [
        parameter.detach().clone()
        for group in optimizer.param_groups
        for parameter in group["params"]
    ]
    step(weights, optimizer.param_groups[1]["params"][0], optimizer, schedule, 5)
    again, other, following = trained(0)
    scalar = other.param_groups[1]["params"][0]
    with torch.no_grad():
        again.copy_(start[0])
        scalar.copy_(start[1])
    restore_optimizer(other, following, copied)
    step(again, scalar, other, following, 5)
    assert again.equal(weights)
    assert other.param_groups[0]["lr"] == optimizer.param_groups[0]["lr"]
    assert other.param_groups[0]["betas"] == optimizer.param_groups[0]["betas"]
