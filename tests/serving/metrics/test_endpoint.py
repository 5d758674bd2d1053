"""The page of metrics, over HTTP."""

import socket
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress

import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.parser import text_string_to_metric_families

from data.errors import SchemaError
from serving.metrics.endpoint import CONNECTION_S, MAX_CONNECTIONS, MetricsConfig, metrics_endpoint
from tests.free_port import free_port
from tests.serving.repeated_calls import PATIENCE_S, wait_until


def get(port: int, path: str, host: str = "127.0.0.1") -> str:
    with urllib.request.urlopen(f"http://{host}:{port}{path}", timeout=PATIENCE_S) as answer:
        return answer.read().decode()


def code(port: int, path: str) -> int:
    try:
        get(port, path)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    return 200


def test_two_registries_are_served_beside_each_other_until_their_blocks_end():
    ports = free_port(), free_port()
    with ExitStack() as stack:
        for number, port in enumerate(ports):
            registry = CollectorRegistry()
            Gauge("outfit_test", "Of the test.", registry=registry).set(number)
            stack.enter_context(metrics_endpoint(registry, {}, MetricsConfig(port=port)))
        for number, port in enumerate(ports):
            (family,) = text_string_to_metric_families(get(port, "/metrics"))
            assert (family.name, family.samples[0].value) == ("outfit_test", number)
    with pytest.raises(urllib.error.URLError):
        get(ports[0], "/metrics")


@pytest.mark.parametrize("version", ["x", "9" * 5_000, "1.0.0"])
def test_whatever_format_is_asked_for_the_text_of_prometheus_is_the_answer(version: str):
    port = free_port()
    accept = {"Accept": f"application/openmetrics-text; version={version}"}
    with metrics_endpoint(CollectorRegistry(), {}, MetricsConfig(port=port)):
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers=accept)
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:  # noqa: S310
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")


def test_whether_the_server_is_ready_is_asked_each_time():
    port, answers = free_port(), iter([True, False, True])
    with metrics_endpoint(
        CollectorRegistry(), {"/ready": lambda: next(answers)}, MetricsConfig(port=port)
    ):
        assert [code(port, "/ready") for _ in range(3)] == [200, 503, 200]
        assert code(port, "/") == code(port, "/metrics/x") == 404


def test_a_host_of_ipv6_is_served():
    port = free_port()
    with metrics_endpoint(
        CollectorRegistry(), {"/ready": lambda: True}, MetricsConfig(host="::1", port=port)
    ):
        assert get(port, "/ready", host="[::1]") == "ok\n"


def test_without_a_config_nothing_is_served(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    with metrics_endpoint(CollectorRegistry(), {}, None):
        assert caplog.records == []


def test_a_port_that_is_taken_is_an_error_that_names_it():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(SchemaError, match=f"'metrics_port'.*127.0.0.1:{port}"),
            metrics_endpoint(CollectorRegistry(), {}, MetricsConfig(port=port)),
        ):
            pass


def test_beyond_as_many_connections_as_may_be_one_is_hung_up_on_until_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("serving.metrics.endpoint.CONNECTION_S", 10 * PATIENCE_S)
    port = free_port()
    with metrics_endpoint(CollectorRegistry(), {}, MetricsConfig(port=port)), ExitStack() as stack:
        silent = [connected(stack, port) for _ in range(MAX_CONNECTIONS)]
        assert connected(stack, port).recv(1) == b""
        silent[0].close()
        wait_until(lambda: answers(port))


def test_whoever_asks_byte_by_byte_makes_room_for_others(capfd):
    port = free_port()
    with metrics_endpoint(CollectorRegistry(), {}, MetricsConfig(port=port)), ExitStack() as stack:
        began = time.monotonic()
        dripping = [connected(stack, port) for _ in range(MAX_CONNECTIONS)]

        def answers_beside_them() -> bool:
            for one in dripping:
                with suppress(OSError):
                    one.sendall(b"GET /metrics HTTP/1.1\r\n" if one is dripping[0] else b"G")
            time.sleep(0.2)
            return answers(port)

        wait_until(answers_beside_them)
        assert time.monotonic() - began >= CONNECTION_S
    assert "Traceback" not in capfd.readouterr().err


def connected(stack: ExitStack, port: int) -> socket.socket:
    return stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S))


def answers(port: int) -> bool:
    try:
        return code(port, "/metrics") == 200
    except (urllib.error.URLError, ConnectionError):
        return False


def test_no_resolver_is_asked_for_the_name_of_the_host(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(socket, "getfqdn", lambda _host: pytest.fail("asked"))
    port = free_port()
    with metrics_endpoint(CollectorRegistry(), {}, MetricsConfig(port=port)):
        assert code(port, "/metrics") == 200


@pytest.mark.parametrize(("host", "warnings"), [("127.0.0.1", 0), ("0.0.0.0", 1)])  # noqa: S104
def test_metrics_that_others_can_read_are_warned_of(
    host: str, warnings: int, caplog: pytest.LogCaptureFixture
):
    with metrics_endpoint(CollectorRegistry(), {}, MetricsConfig(host=host, port=free_port())):
        assert len([one for one in caplog.records if one.levelname == "WARNING"]) == warnings


def test_every_answer_to_a_probe_has_the_length_that_it_says():
    port, ready = free_port(), iter([False, True, False, True])
    probes = {"/ready": lambda: next(ready)}
    with metrics_endpoint(CollectorRegistry(), probes, MetricsConfig(port=port)):
        for _ in range(2):
            assert code(port, "/ready") == 503
            assert get(port, "/ready") == "ok\n"
