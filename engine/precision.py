"""Mixed precision: matrices are multiplied in bfloat16, weights and losses stay float32."""

import torch

from data.errors import InputError
from engine.precision_names import Precision


def autocast(precision: Precision, device: torch.device) -> torch.autocast:
    """A context in which the forward pass runs at this precision.

    Raises:
        InputError: the device knows no bfloat16.
    """
    mixed = precision == "bfloat16"
    if mixed and device.type == "cuda" and not torch.cuda.is_bf16_supported():
        raise InputError(
            expected="float32 on a GPU that knows no bfloat16", got=precision, field="precision"
        )
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=mixed)
