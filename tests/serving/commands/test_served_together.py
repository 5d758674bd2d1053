import pytest

from serving.commands.served_together import threads_of_each


@pytest.mark.parametrize(
    ("workers", "cores", "threads"), [(2, 2, 1), (2, 8, 4), (3, 8, 2), (4, 2, 1)]
)
def test_together_the_workers_take_each_core_once(workers: int, cores: int, threads: int):
    assert threads_of_each(workers, cores) == threads
