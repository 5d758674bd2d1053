"""The page of metrics, over HTTP."""

import socket
import urllib.error
import urllib.request
from contextlib import ExitStack

import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.parser import text_string_to_metric_families

from data.errors import SchemaError
from serving.metrics.endpoint import MetricsConfig, metrics_endpoint
from tests.serving.redis_server import free_port


def page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return answer.read().decode()


def test_two_registries_are_served_beside_each_other_until_their_blocks_end():
    ports = free_port(), free_port()
    with ExitStack() as stack:
        for number, port in enumerate(ports):
            registry = CollectorRegistry()
            Gauge("outfit_test", "Of the test.", registry=registry).set(number)
            stack.enter_context(metrics_endpoint(registry, MetricsConfig(port=port)))
        for number, port in enumerate(ports):
            (family,) = text_string_to_metric_families(page(port))
            assert (family.name, family.samples[0].value) == ("outfit_test", number)
    with pytest.raises(urllib.error.URLError):
        page(ports[0])


def test_without_a_config_nothing_is_served(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    with metrics_endpoint(CollectorRegistry(), None):
        assert caplog.records == []


def test_a_port_that_is_taken_is_an_error_that_names_it():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(SchemaError, match=f"'metrics_port'.*127.0.0.1:{port}"),
            metrics_endpoint(CollectorRegistry(), MetricsConfig(port=port)),
        ):
            pass
