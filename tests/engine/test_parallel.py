import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from data.dataset import Dataset
from data.errors import InputError
from engine.parallel import (
    _backend,
    first_says,
    gathered,
    num_processes,
    own_share,
    process_group,
    rank,
    sum_gradients,
    wait_for_all,
)
from tests.engine.one_of_two_processes import configs, learned

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def seen(planted: Dataset, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What two real processes saw that `torchrun` started."""
    out = tmp_path_factory.mktemp("seen")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    worker = ["-m", "tests.engine.one_of_two_processes", str(planted.folder), str(out)]
    done = subprocess.run(  # noqa: S603 - this interpreter, this package
        [*launch, *worker],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads((out / f"{number}.json").read_text()) for number in range(2)]


def test_each_process_judges_its_own_share(seen) -> None:
    assert [each["processes"] for each in seen] == [2, 2]
    assert seen[0]["shares"] == [[0, 0], [0, 0], [0, 1], [0, 1]]
    assert seen[1]["shares"] == [[0, 0], [0, 1], [1, 2], [1, 3]]


def test_gradients_and_losses_are_summed_and_what_nobody_used_has_none(seen) -> None:
    for each in seen:
        assert each["summed"]["grads"] == [[3.0, 3.0], [5.0, 6.0], None]
        assert each["summed"]["loss"] == 2.0


def test_the_first_process_is_heard_by_all_and_all_are_gathered(seen) -> None:
    for each in seen:
        assert each["first says"] == [0.25]
        assert each["gathered"] == [[0, 7], [1, 7]]


def test_every_process_draws_its_own_dropout_and_draws_it_again(seen) -> None:
    for each in seen:
        assert each["drawn"]["first"] == each["drawn"]["again"]
    assert seen[0]["drawn"]["first"] != seen[1]["drawn"]["first"]


@pytest.mark.parametrize("name", configs())
def test_two_processes_have_the_losses_and_figures_of_one(seen, planted, name: str) -> None:
    alone = learned(planted, configs()[name])
    for each in seen:
        for epoch, expected in zip(each[name]["epochs"][1:], alone["epochs"][1:], strict=True):
            assert epoch["loss"] == pytest.approx(expected["loss"], rel=1e-4)
            assert epoch["validation"] == pytest.approx(expected["validation"], abs=0.02)


@pytest.mark.parametrize("name", configs())
def test_all_processes_take_the_same_steps_to_the_bit(seen, name: str) -> None:
    assert seen[0][name]["weights"] == seen[1][name]["weights"]
    for first, second in zip(seen[0][name]["epochs"][1:], seen[1][name]["epochs"][1:], strict=True):
        assert first["loss"] == second["loss"]
        assert first["validation"] == second["validation"]


def test_alone_a_process_has_everything() -> None:
    with process_group():
        wait_for_all()
        assert (rank(), num_processes(), own_share(5)) == (0, 1, slice(0, 5))
    used, unused = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    used.grad = torch.tensor([1.0, 2.0])
    assert sum_gradients([used, unused], torch.tensor(0.5)).item() == 0.5
    assert used.grad.tolist() == [1.0, 2.0]
    assert unused.grad is None
    assert first_says([0.1, 0.2]) == [0.1, 0.2]
    assert [each.tolist() for each in gathered(torch.arange(2))] == [[0, 1]]


def test_more_processes_than_gpus_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(InputError, match="of which there are 1, got process 2"):
        _backend(1)
