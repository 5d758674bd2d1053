import pytest
import torch

from data.errors import InputError
from engine.precision import autocast

CPU = torch.device("cpu")


def test_matrices_are_multiplied_at_the_precision_asked_for() -> None:
    one, two = torch.rand(4, 4), torch.rand(4, 4)
    with autocast("bfloat16", CPU):
        assert (one @ two).dtype == torch.bfloat16
    with autocast("float32", CPU):
        assert (one @ two).dtype == torch.float32


def test_a_gpu_without_bfloat16_refuses_it(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    with pytest.raises(InputError, match=r"'precision': expected float32 .*got bfloat16"):
        autocast("bfloat16", torch.device("cuda"))
