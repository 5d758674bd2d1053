import numpy as np
import pytest

from data.shop.motifs import MOTIFS, TILE, figure_colour
from data.shop.palette import PALETTE
from data.shop.wardrobe import PATTERNS

ACROSS, DOWN = (
    np.float32(axis) for axis in np.meshgrid(np.arange(0, 84, 0.5), np.arange(0, 84, 0.5))
)


def test_every_pattern_is_drawn() -> None:
    assert set(MOTIFS) == set(PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_covers_a_part_of_the_cloth(pattern: str) -> None:
    cover = MOTIFS[pattern](ACROSS, DOWN)

    assert 0.1 < cover.mean() < 0.5
    assert cover.min() == 0
    assert cover.max() <= 1


def test_stripes_lie_across_and_checks_both_ways() -> None:
    stripes, checks = MOTIFS["striped"](ACROSS, DOWN), MOTIFS["checked"](ACROSS, DOWN)

    assert np.ptp(stripes, axis=1).max() == 0
    assert checks.mean(0).std() == pytest.approx(checks.mean(1).std(), rel=0.2)


def test_flowers_repeat_without_a_break() -> None:
    flowers = MOTIFS["floral"]

    assert np.array_equal(flowers(ACROSS, DOWN), flowers(ACROSS + TILE, DOWN + 2 * TILE))


@pytest.mark.parametrize("colour", PALETTE, ids=lambda colour: colour.name)
def test_a_pattern_stands_out_from_every_colour(colour: object) -> None:
    rgb = np.array(colour.rgb)  # type: ignore[attr-defined]

    assert np.abs(figure_colour(colour.rgb) - rgb).mean() > 55  # type: ignore[attr-defined]
