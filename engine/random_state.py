"""The random states that dropout draws from, one a process and device."""

import torch

from engine.parallel import gathered, rank
from engine.state import State

SPREAD = 1_000_003
"""Between the seeds of two processes: far enough apart that no two runs share one."""


def seed_process(seed: int) -> None:
    """Let every process but the first, which goes on as it is, draw its own dropout."""
    if rank() > 0:
        torch.manual_seed(seed + SPREAD * rank())


def random_state() -> State:
    """The states of all processes; every process has to ask."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    tensors = {
        f"{kind}/{number}": state
        for kind, own in states.items()
        for number, state in enumerate(gathered(own))
    }
    return State(tensors=tensors, scalars={})


def restore_random(state: State) -> None:
    """Set this process back to what it was."""
    torch.set_rng_state(state.tensors[f"cpu/{rank()}"])
    if torch.cuda.is_available():
        torch.cuda.set_rng_state(state.tensors[f"cuda/{rank()}"])
