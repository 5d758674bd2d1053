import numpy as np
import pytest

from data.shop.fabrics import FINISHES, knitted
from data.shop.wardrobe import FABRICS

ACROSS, DOWN = (
    np.float32(axis) for axis in np.meshgrid(np.arange(0, 90, 0.45), np.arange(0, 90, 0.45))
)


def test_every_fabric_has_a_finish() -> None:
    assert set(FINISHES) == set(FABRICS)


@pytest.mark.parametrize("fabric", sorted(FINISHES))
def test_a_weave_changes_the_colour_little_and_on_average_not_at_all(fabric: str) -> None:
    weave = FINISHES[fabric].texture(ACROSS, DOWN)

    assert weave.shape == ACROSS.shape
    assert abs(weave.mean()) < 0.05
    assert weave.std() < 0.16


def test_textures_of_different_fabrics_differ() -> None:
    woven = {name: finish.texture(ACROSS, DOWN) for name, finish in FINISHES.items()}

    for one, other in (("denim", "linen"), ("corduroy", "cotton"), ("silk", "wool")):
        assert np.abs(woven[one] - woven[other]).mean() > 0.01


def test_corduroy_runs_down_and_knitting_both_ways() -> None:
    wales = FINISHES["corduroy"].texture(ACROSS, DOWN)
    assert wales.mean(0).std() > 5 * wales.mean(1).std()

    stitches = knitted(ACROSS, DOWN)
    assert stitches.mean(0).std() > 0.02
    assert np.abs(np.diff(stitches, axis=0)).mean() > 0.01
