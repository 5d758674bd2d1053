import numpy as np

from engine.bootstrap import resample_counts
from engine.calibration_report import calibration_report

LABELS = np.repeat([1, 0], 100)


def report(probabilities: np.ndarray) -> dict:
    counts = resample_counts(LABELS, resamples=100, seed=0)
    return calibration_report(probabilities, LABELS, counts)


def test_figures_stand_within_their_intervals_beside_the_base_rate() -> None:
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, 200)
    found = report(0.5 + 0.2 * (2 * LABELS - 1) + noise)
    for name in ("brier", "log_loss"):
        assert found[name]["low"] < found[name]["figure"] < found[name]["high"]
    assert (found["base_rate"], found["brier_of_base_rate"]) == (0.5, 0.25)
    assert found["brier"]["high"] < found["brier_of_base_rate"]
    assert sum(part["questions"] for part in found["bins"]) == 200


def test_who_always_says_the_base_rate_is_calibrated_and_worth_nothing() -> None:
    found = report(np.full(200, 0.5))
    assert found["ece_equal_width"]["figure"] == found["ece_equal_mass"]["figure"] == 0.0
    assert found["brier"]["figure"] == found["brier_of_base_rate"]
    assert len(found["bins"]) == 1
