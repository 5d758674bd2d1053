"""Data-parallel training: several processes share every step, as `torchrun` started them.

All draw the same examples from the same generator, embed the items of the whole example, and
judge their own share of its outfits. Gradients are summed, so that they are those of one process,
and every process takes the same step.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, distributed, nn

from data.errors import InputError


@contextmanager
def process_group() -> Iterator[None]:
    """Join the processes that `torchrun` started; without it do nothing.

    Raises:
        InputError: there are GPUs, but fewer than processes.
    """
    if not distributed.is_torchelastic_launched():
        yield
        return
    distributed.init_process_group(_backend(int(os.environ["LOCAL_RANK"])))
    try:
        yield
    finally:
        distributed.destroy_process_group()


def rank() -> int:
    """The number of this process, from 0; the first one prints and writes."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def num_processes() -> int:
    """How many share the training."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def own_share(num: int) -> slice:
    """Which of `num` outfits this process judges; of sizes that differ by one at most."""
    start, end = (num * number // num_processes() for number in (rank(), rank() + 1))
    return slice(start, end)


def wait_for_all() -> None:
    """Return once every process has come here."""
    if distributed.is_initialized():
        distributed.barrier()


def sum_gradients(parameters: Sequence[nn.Parameter], loss: Float[Tensor, ""]) -> Float[Tensor, ""]:
    """Add the gradients of all processes up, in place; the sum of their losses.

    A parameter that no process used keeps no gradient.
    """
    if num_processes() == 1:
        return loss
    grads = [parameter.grad for parameter in parameters]
    used = torch.tensor([grad is not None for grad in grads], dtype=loss.dtype, device=loss.device)
    parts = [
        torch.zeros_like(parameter) if grad is None else grad
        for parameter, grad in zip(parameters, grads, strict=True)
    ]
    flat = torch.cat([loss[None], used, *(part.flatten() for part in parts)])
    distributed.all_reduce(flat)
    sizes = [1, len(parts), *(part.numel() for part in parts)]
    total, anywhere, *summed = torch.split(flat, sizes)
    for parameter, grad, is_used in zip(parameters, summed, anywhere > 0, strict=True):
        parameter.grad = grad.view_as(parameter) if is_used else None
    return total[0]


def first_says(values: Sequence[float]) -> list[float]:
    """The values of the first process, on every process."""
    told = torch.tensor(values, dtype=torch.float64, device=_device())
    if num_processes() > 1:
        distributed.broadcast(told, 0)
    return [float(value) for value in told]


def take_over(model: nn.Module) -> None:
    """Make every process's model that of the first."""
    if num_processes() > 1:
        for tensor in model.state_dict().values():
            distributed.broadcast(tensor, 0)


def gathered(own: Tensor) -> list[Tensor]:
    """The tensors of all processes, of one shape, in their order."""
    if num_processes() == 1:
        return [own]
    sent = own.to(_device())
    tensors = [torch.empty_like(sent) for _ in range(num_processes())]
    distributed.all_gather(tensors, sent)
    return [tensor.cpu() for tensor in tensors]


def _backend(local_rank: int) -> str:
    """What the processes speak; on GPUs each takes one of its own."""
    if not torch.cuda.is_available():
        return "gloo"
    if local_rank >= torch.cuda.device_count():
        raise InputError(
            expected=f"at most one process a GPU, of which there are {torch.cuda.device_count()}",
            got=f"process {local_rank + 1}",
            field="--nproc-per-node",
        )
    torch.cuda.set_device(local_rank)
    return "nccl"


def _device() -> torch.device:
    """Where the processes' messages have to be."""
    nccl = distributed.is_initialized() and distributed.get_backend() == "nccl"
    return torch.device("cuda" if nccl else "cpu")
