from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from engine.learning_rate import learning_rate_schedule
from engine.training_config import TrainingConfig

CONFIG = TrainingConfig(epochs=20, learning_rate=0.4)


def rates(config: TrainingConfig) -> Iterator[float]:
    """The rate of every step of four an epoch."""
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.AdamW([parameter], lr=config.learning_rate)
    schedule = learning_rate_schedule(optimizer, config, steps_an_epoch=4)
    for _ in range(4 * config.epochs):
        yield optimizer.param_groups[0]["lr"]
        optimizer.step()
        schedule.step()


def test_by_default_it_rises_for_a_tenth_of_the_steps_and_then_falls() -> None:
    found = list(rates(CONFIG))
    peak = found.index(max(found))
    assert max(found) == pytest.approx(0.4, rel=0.02)
    assert 7 <= peak <= 8
    assert found[:peak] == sorted(found[:peak])
    assert found[peak:] == sorted(found[peak:], reverse=True)
    assert found[-1] < 0.001


def test_where_it_is_halved_it_stays_as_it_is_between() -> None:
    found = list(rates(replace(CONFIG, halve_every=5)))
    expected = [0.4] * 20 + [0.2] * 20 + [0.1] * 20 + [0.05] * 20
    assert found == pytest.approx(expected)
