import pytest

from data.errors import SchemaError
from serving.commands.serve_flags import Operation


def test_each_worker_has_the_next_metrics_port():
    operation = Operation(metrics_port=9464)
    assert [operation.of_worker(number).metrics_port for number in (1, 2, 3)] == [9464, 9465, 9466]


@pytest.mark.parametrize("port", [None, 0])
def test_no_metrics_and_any_free_port_are_the_same_for_all(port: int | None):
    assert Operation(metrics_port=port).of_worker(2).metrics_port == port


def test_a_port_beyond_the_last_is_refused():
    with pytest.raises(SchemaError, match=r"metrics-port.*got 65536"):
        Operation(metrics_port=65_535).of_worker(2)
