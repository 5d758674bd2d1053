import json
import math

from engine.epoch import Epoch


def epoch(loss: float) -> Epoch:
    return Epoch(number=3, loss=loss, validation={"mean": 0.1 + 0.2}, best=True, seconds=1.5)


def test_an_epoch_comes_back_from_json_to_the_last_bit() -> None:
    for loss in (0.1 + 0.2, 1e-300):
        line = json.dumps(epoch(loss).described(), allow_nan=False)
        assert Epoch.restore(json.loads(line)) == epoch(loss)


def test_no_loss_is_null() -> None:
    line = json.dumps(epoch(math.nan).described(), allow_nan=False)
    assert json.loads(line)["loss"] is None
    assert math.isnan(Epoch.restore(json.loads(line)).loss)
