import json

import numpy as np
import pytest

from data.errors import BundleError
from engine.calibration import Calibration, Isotonic, Temperature

TEMPERATURE = Temperature(slopes=(0.5, 1.0, 0.25), offsets=(-1.0, 0.5, 0.125))
ISOTONIC = Isotonic(temperature=TEMPERATURE, scaled=(-2.0, 0.0, 3.0), probabilities=(0.1, 0.1, 0.9))
KNOWN = np.array([[0.0, 0.0], [1.0, 1.0], [0.5, 0.0]])


def test_slope_and_offset_follow_what_is_known() -> None:
    scaled = TEMPERATURE.scaled(np.array([2.0, 2.0, 2.0]), KNOWN)
    assert scaled.tolist() == [0.0, 3.125, 1.25]
    assert TEMPERATURE.probability(np.array([2.0, 2.0, 2.0]), KNOWN).tolist() == pytest.approx(
        [1 / (1 + np.exp(-value)) for value in (0.0, 3.125, 1.25)]
    )


def test_the_plain_calibrator_is_the_sigmoid() -> None:
    logits = np.array([-3.0, 0.0, 40.0])
    probabilities = Temperature.plain(2).probability(logits, KNOWN)
    assert probabilities.tolist() == pytest.approx((1 / (1 + np.exp(-logits))).tolist())


def test_a_curve_is_linear_between_its_knots_and_flat_beyond() -> None:
    plain = Isotonic(
        temperature=Temperature.plain(2), scaled=(-2.0, 0.0, 4.0), probabilities=(0.1, 0.2, 0.6)
    )
    logits = np.array([-9.0, -1.0, 2.0, 9.0])
    known = np.zeros((4, 2))
    assert plain.probability(logits, known).tolist() == pytest.approx([0.1, 0.15, 0.4, 0.6])


@pytest.mark.parametrize("calibrator", [TEMPERATURE, ISOTONIC])
def test_a_higher_logit_is_never_less_probable(calibrator) -> None:
    logits = np.linspace(-10, 10, 101)
    for shares in KNOWN:
        probabilities = calibrator.probability(logits, np.tile(shares, (101, 1)))
        assert (np.diff(probabilities) >= 0).all()
        assert ((probabilities > 0) & (probabilities < 1)).all()


@pytest.mark.parametrize("calibrator", [TEMPERATURE, ISOTONIC])
def test_what_was_written_is_read_to_the_last_digit(calibrator, tmp_path) -> None:
    written = Calibration(calibrator=calibrator, source="a", figures={"ece": 0.1 + 0.2})
    written.write(tmp_path)
    assert Calibration.read(tmp_path, 2) == written
    assert json.loads((tmp_path / "calibration.json").read_text())["source"] == "a"


def test_a_calibrator_of_other_parts_is_refused(tmp_path) -> None:
    Calibration.plain(3).write(tmp_path)
    with pytest.raises(BundleError, match=r"calibration\.json: expected 3 slopes, got 4"):
        Calibration.read(tmp_path, 2)
