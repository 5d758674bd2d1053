"""A span of OpenTelemetry for every call, child of the caller's span where it sent one."""

from typing import Final

import grpc
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from serving.call_record import CallRecord

SERVICE_NAME: Final = "outfit"
FAULTS: Final = frozenset(
    {
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DATA_LOSS,
    }
)
"""Codes that the conventions for server spans call errors."""


class CallSpans:
    """A `CallObserver` that makes a span of each call when it has ended.

    Args:
        provider: decides on sampling and sends the spans.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("outfit")

    def ended(self, record: CallRecord) -> None:
        """Make the span."""
        service, _, method = record.method.strip("/").partition("/")
        span = self._tracer.start_span(
            f"{service}/{method}",
            context=_parent(record),
            kind=SpanKind.SERVER,
            start_time=record.started_ns,
            attributes={
                "rpc.system": "grpc",
                "rpc.service": service,
                "rpc.method": method,
                "rpc.grpc.status_code": record.code.value[0],
                "outfit.request_id": record.request_id,
            },
        )
        if record.batch_size is not None:
            span.set_attribute("outfit.batch_size", record.batch_size)
        if record.code in FAULTS:
            span.set_status(StatusCode.ERROR, record.code.name)
        span.end(record.started_ns + round(record.duration_s * 1e9))


def exporting_provider() -> TracerProvider:
    """A provider that sends spans in batches over OTLP, as the environment configures it."""
    named = {"service.name": SERVICE_NAME, **OTELResourceDetector().detect().attributes}
    resource = Resource.create(named)
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)  # the server's end does it
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _parent(record: CallRecord) -> Context:
    sent = {key: value for key, value in record.metadata if isinstance(value, str)}
    return TraceContextTextMapPropagator().extract(sent)
