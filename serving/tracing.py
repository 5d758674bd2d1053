"""OpenTelemetry traces: a span a call, where an endpoint for them is configured."""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from serving.call_record import CallObserver

logger = logging.getLogger(__name__)

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

FLUSH_S: Final = 2.0
"""For how long an endpoint that does not answer can hold up the end of the server."""


@contextmanager
def configured_tracing() -> Iterator[Sequence[CallObserver]]:
    """An observer that sends spans within the block, if the environment names where to.

    Without, nothing of OpenTelemetry is imported. What its SDK reads from the environment
    (`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`) holds.
    """
    endpoint = next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), None)
    if endpoint is None:
        yield ()
        return
    try:
        from serving.call_spans import CallSpans, exporting_provider  # noqa: PLC0415 - if wanted
    except ImportError:
        logger.warning(
            "traces are configured but not sent: the extra `tracing` is not installed",
            extra=_place(endpoint),
        )
        yield ()
        return
    provider = exporting_provider()
    logger.info("sending traces", extra=_place(endpoint))
    try:
        yield (CallSpans(provider),)
    finally:
        _end_within(provider.shutdown, FLUSH_S)


def _place(endpoint: str) -> dict[str, str | int | None]:
    """What the log may say of an endpoint: user, password, path and query may be secret."""
    try:
        parts = urlsplit(endpoint if "//" in endpoint else f"//{endpoint}")
        port = parts.port
    except ValueError:  # whose text may repeat a part of it
        return {"host": "unreadable", "port": None}
    return {"host": parts.hostname, "port": port}


def _end_within(end: Callable[[], None], seconds: float) -> None:
    """Call it, and leave it to itself when it takes longer."""
    thread = threading.Thread(target=end, daemon=True)
    thread.start()
    thread.join(seconds)
