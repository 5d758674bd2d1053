"""Traces are sent where the environment says so, and only there."""

import logging
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc
from opentelemetry.sdk.trace import TracerProvider

from serving.call_record import CallRecord
from serving.tracing import configured_tracing
from tests.serving.repeated_calls import PATIENCE_S

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
RECORD = CallRecord(
    method="/outfit.v1.OutfitService/ScoreOutfits",
    code=grpc.StatusCode.OK,
    request_id="r1",
    metadata=(),
    started_ns=1,
    duration_s=0.5,
    batch_size=1,
)
UNCONFIGURED = """
import sys
import serving.server
from serving.tracing import configured_tracing
with configured_tracing() as observers:
    print(observers, [name for name in sys.modules if name.startswith("opentelemetry")])
"""


class Receiver(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self) -> None:
        self.requests: queue.Queue[pb.ExportTraceServiceRequest] = queue.Queue()

    def Export(self, request: Any, context: Any) -> pb.ExportTraceServiceResponse:  # noqa: ARG002, N802
        self.requests.put(request)
        return pb.ExportTraceServiceResponse()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    server, receiver = grpc.server(ThreadPoolExecutor(1)), Receiver()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(receiver, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{port}")
    yield receiver
    server.stop(None).wait()


def test_spans_reach_the_configured_endpoint_at_the_latest_when_the_server_ends(receiver: Receiver):
    with configured_tracing() as observers:
        for observer in observers:
            observer.ended(RECORD)
    (resource,) = receiver.requests.get(timeout=PATIENCE_S).resource_spans
    names = [span.name for scope in resource.scope_spans for span in scope.spans]
    assert names == ["outfit.v1.OutfitService/ScoreOutfits"]


def test_an_endpoint_that_does_not_answer_does_not_hold_up_the_end(monkeypatch):
    answered, ended = threading.Event(), threading.Event()

    def shutdown(_provider: TracerProvider) -> None:
        answered.wait(PATIENCE_S)
        ended.set()

    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    monkeypatch.setattr(TracerProvider, "shutdown", shutdown)
    monkeypatch.setattr("serving.tracing.FLUSH_S", 0.2)
    with configured_tracing() as (observer,):
        observer.ended(RECORD)
    assert not ended.is_set()
    answered.set()
    assert ended.wait(PATIENCE_S)


@pytest.mark.parametrize(
    ("endpoint", "host", "port"),
    [
        ("https://user:s3cret@shop.example:4317/s3cret?key=s3cret#s3cret", "shop.example", 4317),
        ("user:s3cret@shop.example:4317", "shop.example", 4317),
        ("https://shop.example", "shop.example", None),
        ("http://[::1]:4317", "::1", 4317),
        ("https://user:s3c/ret@shop.example:4317", "unreadable", None),
    ],
)
@pytest.mark.parametrize("installed", [True, False])
def test_the_log_names_host_and_port_of_the_endpoint_and_no_secret(
    endpoint: str,
    host: str,
    port: int | None,
    *,
    installed: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setenv(ENDPOINT, endpoint)
    if not installed:
        monkeypatch.setitem(sys.modules, "serving.call_spans", None)
    with caplog.at_level(logging.INFO, "serving.tracing"), configured_tracing():
        pass
    (record,) = [record for record in caplog.records if record.name == "serving.tracing"]
    assert (vars(record)["host"], vars(record)["port"]) == (host, port)
    assert "s3c" not in str(vars(record))


def test_without_an_endpoint_nothing_of_opentelemetry_is_imported(monkeypatch):
    monkeypatch.delenv(ENDPOINT, raising=False)
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", UNCONFIGURED], capture_output=True, text=True, check=True
    )
    assert done.stdout == "() []\n"


def test_without_the_packages_the_server_goes_on_and_says_what_is_missing(monkeypatch, caplog):
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    for name in [name for name in sys.modules if name.startswith("opentelemetry.sdk")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "serving.call_spans", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    with configured_tracing() as observers:
        assert observers == ()
    assert "the extra `tracing` is not installed" in caplog.text
