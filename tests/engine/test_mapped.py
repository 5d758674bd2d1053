import numpy as np
import pytest
import torch

from engine.mapped import mapped_rows, mapped_tensor


def test_rows_are_those_of_the_chunks_in_their_order() -> None:
    rows = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    mapped = mapped_rows(iter([rows[:4], rows[4:4], rows[4:]]), None)
    assert mapped.dtype == torch.float32
    np.testing.assert_array_equal(mapped.numpy(), rows)


def test_a_chunk_may_lie_in_memory_in_any_order() -> None:
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(mapped_rows([rows.T, rows.T[::-1]], None)[:3], rows.T)


@pytest.mark.parametrize("shape", [(0, 3), (4, 0)])
def test_rows_without_numbers_have_their_shape(shape: tuple[int, int]) -> None:
    assert mapped_rows([np.zeros(shape, np.float32)], None).shape == shape


def test_rows_are_mapped_from_the_folder_given_and_leave_no_file_there(tmp_path) -> None:
    mapped = mapped_rows([np.ones((5, 4), np.float32)], tmp_path)
    assert list(tmp_path.iterdir()) == []
    address = f"{mapped.data_ptr():x}"
    with open("/proc/self/maps") as maps:  # noqa: PTH123 - not a file on a disk
        behind = [line for line in maps if line.startswith(address)]
    assert str(tmp_path) in behind[0]
    assert mapped.sum() == 20


def test_a_tensor_over_a_mapped_array_is_the_same_memory(tmp_path) -> None:
    np.save(tmp_path / "rows.npy", np.ones((2, 3), np.float32))
    array = np.load(tmp_path / "rows.npy", mmap_mode="r")
    assert mapped_tensor(array).data_ptr() == array.ctypes.data
