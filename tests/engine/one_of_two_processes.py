"""What each process of `test_parallel` does; `torchrun` starts it."""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from data.dataset import Dataset
from engine.parallel import (
    first_says,
    gathered,
    num_processes,
    own_share,
    process_group,
    rank,
    sum_gradients,
)
from engine.random_state import random_state, restore_random, seed_process
from engine.training import TrainingConfig, fit, prepare
from tests.engine.planted import still


def configs() -> dict[str, TrainingConfig]:
    """An odd batch in two epochs; targets among all of the batch; a last batch of one outfit."""
    spread = still("mean-pool", batch_size=80, epochs=1)
    objective = replace(spread.objective, negatives="in-batch", uniformity=0.1)
    return {
        "odd": still("transformer", batch_size=33),
        "in-batch": replace(spread, objective=objective),
        "single": still("pairwise", batch_size=239, epochs=1),
        "accumulated": still("pairwise", batch_size=30, accumulate=2, epochs=1),
    }


def learned(dataset: Dataset, config: TrainingConfig) -> dict[str, Any]:
    """Losses and figures of every epoch, and all weights."""
    trained, dataset = prepare(dataset, config)
    epochs = [asdict(epoch) for epoch in fit(trained, dataset)]
    weights = [weight.flatten().tolist() for weight in trained.model.state_dict().values()]
    return {"epochs": epochs, "weights": weights}


def summed() -> dict[str, Any]:
    """Gradients of parameters that both processes, one of them, and neither used."""
    both, one, none = (nn.Parameter(torch.ones(2)) for _ in range(3))
    both.grad = torch.full((2,), float(rank() + 1))
    one.grad = torch.tensor([5.0, 6.0]) if rank() else None
    loss = sum_gradients([both, one, none], torch.tensor(0.5 + rank()))
    grads = [None if each.grad is None else each.grad.tolist() for each in (both, one, none)]
    return {"grads": grads, "loss": loss.item()}


def drawn() -> dict[str, Any]:
    """What each process draws, and draws again once its state is restored."""
    torch.manual_seed(0)
    seed_process(0)
    state = random_state()
    first = torch.rand(3).tolist()
    restore_random(state)
    return {"first": first, "again": torch.rand(3).tolist()}


def main(data: Path, out: Path) -> None:
    """Write what this process saw."""
    torch.set_num_threads(1)
    with process_group():
        dataset = Dataset.load(data)
        seen: dict[str, Any] = {
            "processes": num_processes(),
            "shares": [[own_share(num).start, own_share(num).stop] for num in range(4)],
            "summed": summed(),
            "first says": first_says([rank() + 0.25]),
            "gathered": [each.tolist() for each in gathered(torch.tensor([rank(), 7]))],
            "drawn": drawn(),
        }
        seen |= {name: learned(dataset, config) for name, config in configs().items()}
        (out / f"{rank()}.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
