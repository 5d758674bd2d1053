"""Spans as the SDK's in-memory exporter gets them."""

from collections.abc import Callable

import grpc
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from serving.call_record import CallRecord
from serving.call_spans import CallSpans, exporting_provider

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def span_of() -> Callable[[CallRecord], ReadableSpan]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    def made(record: CallRecord) -> ReadableSpan:
        CallSpans(provider).ended(record)
        return exporter.get_finished_spans()[-1]

    return made


def record(**changes: object) -> CallRecord:
    fields = {
        "method": "/outfit.v1.OutfitService/ScoreOutfits",
        "code": grpc.StatusCode.OK,
        "request_id": "r1",
        "metadata": (),
        "started_ns": 1_000_000_000,
        "duration_s": 0.25,
        "batch_size": 7,
    }
    return CallRecord(**fields | changes)


def test_a_span_says_which_method_how_it_ended_and_with_how_many(span_of):
    span = span_of(record())
    assert (span.name, span.kind) == ("outfit.v1.OutfitService/ScoreOutfits", SpanKind.SERVER)
    assert dict(span.attributes) == {
        "rpc.system": "grpc",
        "rpc.service": "outfit.v1.OutfitService",
        "rpc.method": "ScoreOutfits",
        "rpc.grpc.status_code": 0,
        "outfit.request_id": "r1",
        "outfit.batch_size": 7,
    }
    assert (span.start_time, span.end_time) == (1_000_000_000, 1_250_000_000)
    assert span.status.status_code is StatusCode.UNSET


def test_a_call_that_the_model_did_not_see_has_no_batch_size(span_of):
    assert "outfit.batch_size" not in span_of(record(batch_size=None)).attributes


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (grpc.StatusCode.INTERNAL, StatusCode.ERROR),
        (grpc.StatusCode.NOT_FOUND, StatusCode.UNSET),
    ],
)
def test_a_fault_of_the_server_is_an_error_and_one_of_the_caller_is_none(span_of, code, status):
    span = span_of(record(code=code))
    assert span.status.status_code is status
    assert span.attributes["rpc.grpc.status_code"] == code.value[0]


def test_a_span_is_the_child_of_the_one_that_the_caller_sent(span_of):
    span = span_of(record(metadata=(("a-bin", b"\0"), ("traceparent", f"00-{TRACE}-{PARENT}-01"))))
    assert f"{span.context.trace_id:032x}" == TRACE
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == PARENT


def test_a_caller_that_sends_none_or_nonsense_begins_a_trace(span_of):
    assert span_of(record()).parent is None
    assert span_of(record(metadata=(("traceparent", "nonsense"),))).parent is None


def test_the_environment_names_the_service_or_else_it_is_outfit(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    for name in (None, "shop"):
        if name:
            monkeypatch.setenv("OTEL_SERVICE_NAME", name)
        provider = exporting_provider()
        assert provider.resource.attributes["service.name"] == (name or "outfit")
        provider.shutdown()
