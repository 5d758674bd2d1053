"""How long calls take and how they end."""

from typing import Final

from prometheus_client import CollectorRegistry, Histogram

from serving.call_record import CallRecord

SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
"""Upper bounds of the buckets of every duration."""


class CallMetrics:
    """A `CallObserver` that counts into a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._duration = Histogram(
            "outfit_call_duration_seconds",
            "Seconds from the arrival of a call to its end; a stream counts once, as a whole.",
            ("method", "code"),
            registry=registry,
            buckets=SECONDS,
        )

    def ended(self, record: CallRecord) -> None:
        """Count a call by its method, without the package's name, and its code."""
        method = record.method.rpartition(".")[2]
        self._duration.labels(method, record.code.name).observe(record.duration_s)
