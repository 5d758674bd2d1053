import numpy as np

from engine.growing_rows import FIRST_CAPACITY, GrowingRows


def rows(*numbers: int) -> np.ndarray:
    return np.array([[number, -number] for number in numbers], np.float32)


def test_a_view_keeps_its_rows_while_others_go_on() -> None:
    first = GrowingRows(2).extended(0, rows(1, 2))
    view = first.view(2)
    second = first.extended(2, rows(3))
    assert second is first
    assert np.shares_memory(second.view(3), view)
    assert view.tolist() == rows(1, 2).tolist()
    assert second.view(3).tolist() == rows(1, 2, 3).tolist()


def test_two_successors_of_one_view_do_not_meet() -> None:
    first = GrowingRows(2).extended(0, rows(1))
    left, right = first.extended(1, rows(2)), first.extended(1, rows(9))
    assert left.view(2).tolist() == rows(1, 2).tolist()
    assert right.view(2).tolist() == rows(1, 9).tolist()


def test_rows_beyond_the_capacity_move_and_stay_equal() -> None:
    grown, expected = GrowingRows(2), list[int]()
    for number in range(3 * FIRST_CAPACITY):
        grown = grown.extended(number, rows(number))
        expected.append(number)
    assert grown.view(len(expected)).tolist() == rows(*expected).tolist()
    many = GrowingRows(2).extended(0, rows(*expected))
    assert many.view(len(expected)).tolist() == rows(*expected).tolist()
