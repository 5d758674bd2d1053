import numpy as np
import pytest

from data.shop.paths import along, ellipse, flipped, mirrored, outline, rectangle


def test_lines_pass_through_their_points() -> None:
    assert outline("M1 2 L3 4 L-5.5 6").tolist() == [[1, 2], [3, 4], [-5.5, 6]]


def test_a_cubic_is_the_bezier_curve_of_its_points() -> None:
    curve = outline("M0 0 C0 10 10 10 10 0")

    assert curve[-1].tolist() == [10, 0]
    middle = curve[len(curve) // 2]
    assert middle == pytest.approx([5, 7.5])


def test_a_quadratic_has_its_middle_where_it_should() -> None:
    assert outline("M0 0 Q10 20 20 0")[7] == pytest.approx([10, 10])


def test_a_mirrored_outline_is_its_own_mirror_image() -> None:
    shape = mirrored("M50 10 L70 20 C75 40 60 60 50 80")

    assert {tuple(point) for point in shape.round(6)} == {
        tuple(point) for point in flipped(shape).round(6)
    }


def test_points_along_a_line_are_equally_far_apart() -> None:
    points = along(np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 9.0]]), 5)

    assert points.tolist() == [[0, 0], [3, 0], [3, 3], [3, 6], [3, 9]]


def test_ellipse_and_rectangle_reach_their_sides() -> None:
    ring = ellipse((10, 20), (3, 5))

    assert ring.min(0) == pytest.approx([7, 15])
    assert ring.max(0) == pytest.approx([13, 25])
    assert rectangle(1, 2, 3, 4).tolist() == [[1, 2], [3, 2], [3, 4], [1, 4]]
