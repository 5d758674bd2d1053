import numpy as np
import pytest

from data.shop.paths import ellipse, outline, rectangle
from data.shop.sketch import Sketch, blurred

SIZE = 60
BOX = rectangle(20, 20, 80, 80)


def test_a_panel_covers_its_outline_with_cloth() -> None:
    sketch = Sketch(SIZE)
    sketch.panel(BOX)
    shape = sketch.finish()

    assert shape.alpha.mean() == pytest.approx(0.36, abs=0.01)
    assert shape.alpha[30, 30] == shape.cloth[30, 30] == 1
    assert shape.alpha[2, 2] == 0


def test_light_comes_from_the_upper_left() -> None:
    sketch = Sketch(SIZE)
    sketch.panel(BOX)
    light = sketch.finish().light

    assert light[30, 13] > 0.05 > -0.05 > light[30, 46]
    assert light[13, 30] > 0.05 > -0.05 > light[46, 30]


def test_a_trim_shows_its_colour_instead_of_cloth_until_cloth_covers_it() -> None:
    sketch = Sketch(SIZE)
    sketch.panel(BOX)
    sketch.trim(ellipse((50, 50), (10, 10)), (200, 30, 40))
    shown = sketch.finish()
    assert shown.cloth[30, 30] == 0
    assert shown.trim[30, 30].tolist() == [200, 30, 40]

    sketch.panel(BOX)
    assert sketch.finish().cloth[30, 30] == 1


def test_the_weave_turns_with_the_lean() -> None:
    straight, leaning = Sketch(SIZE), Sketch(SIZE)
    straight.panel(BOX)
    leaning.panel(BOX, lean=90)

    assert leaning.finish().across[30, 40] == pytest.approx(straight.finish().down[30, 40])


def test_a_pair_is_symmetrical_but_for_the_light() -> None:
    sketch = Sketch(SIZE)
    sketch.pair(outline("M60 20 L80 30 L70 70"))
    alpha = sketch.finish().alpha

    assert np.abs(alpha - alpha[:, ::-1]).mean() < 0.02
    assert alpha[30, 42] == alpha[30, 17] == 1


def test_seams_stitches_and_shades_darken_and_a_glint_does_not() -> None:
    line = outline("M20 50 L80 50")
    for draw in ("seam", "stitch"):
        sketch = Sketch(SIZE)
        sketch.panel(BOX)
        getattr(sketch, draw)(np.repeat(line, 2, axis=0)[1:3])
        assert sketch.finish().tone[30, 20:40].min() < 0.95

    sketch = Sketch(SIZE)
    sketch.panel(BOX)
    sketch.glint(ellipse((50, 50), (5, 5)), (255, 255, 255))
    before = sketch.finish().tone.copy()
    assert before[30, 30] == 1
    sketch.shade(ellipse((50, 50), (20, 20)), depth=0.5)
    assert sketch.finish().tone[30, 30] < 0.7


def test_coloured_stitches_and_cords_show_their_colour() -> None:
    sketch = Sketch(SIZE)
    sketch.panel(BOX)
    sketch.stitch(outline("M25 40 L75 40"), colour=(10, 200, 10))
    sketch.cord(outline("M25 60 L75 60"), 6, (10, 10, 200))
    shape = sketch.finish()

    assert shape.cloth[24, 30] < 0.9
    assert shape.trim[36, 30].tolist() == [10, 10, 200]


def test_a_ridge_is_lit_on_one_side_and_dark_on_the_other() -> None:
    sketch = Sketch(SIZE)
    sketch.panel(BOX, puff=0.0)
    sketch.fold(outline("M50 25 L50 75"), width=6, height=1.0)
    light = sketch.finish().light

    assert light[30, 27] > 0.05 > -0.05 > light[30, 33]


def test_a_placed_drawing_moves_shrinks_and_dims() -> None:
    sketch = Sketch(SIZE)
    sketch.place(10, 0, scale=0.5, slim=0.5, dim=0.8)
    sketch.panel(BOX)
    shape = sketch.finish()

    assert shape.alpha.mean() == pytest.approx(0.36 / 8, abs=0.01)
    assert shape.alpha[30, 36] == 1
    assert shape.tone[30, 36] == pytest.approx(0.8, abs=0.01)


def test_blurring_keeps_a_level_map_and_the_sum_of_a_spot() -> None:
    level = np.full((9, 12), 0.5, np.float32)
    spot = np.zeros((31, 41), np.float32)
    spot[15, 20] = 1

    assert blurred(level, 2) == pytest.approx(level, abs=1e-5)
    soft = blurred(spot, 2)
    assert soft.sum() == pytest.approx(1, abs=1e-4)
    assert np.unravel_index(soft.argmax(), soft.shape) == (15, 20)
    assert soft == pytest.approx(soft[::-1, ::-1], abs=1e-6)
