"""Rows of a training as they are printed."""

from engine.training import Epoch
from serving.training_table import EpochTable


def test_an_epoch_before_training_shows_no_loss(capsys) -> None:
    with EpochTable(num_epochs=1) as table:
        for number, loss in enumerate([float("nan"), 1.25]):
            table.add(
                Epoch(number=number, loss=loss, validation={"mean": 0.5}, best=False, seconds=1.0)
            )
    rows = [line for line in capsys.readouterr().out.splitlines() if "mean" in line]
    assert [row.split()[:4] for row in rows] == [
        ["epoch", "0", "loss", "mean"],
        ["epoch", "1", "loss", "1.250"],
    ]
    assert len({row.index("mean") for row in rows}) == 1
