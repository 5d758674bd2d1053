"""All metrics of one server, in a registry of their own, so that a process may run several."""

from prometheus_client import CollectorRegistry, ProcessCollector

from serving.answered_batch import AnsweredBatch
from serving.call_record import CallRecord
from serving.engine_slot import EngineSlot
from serving.metrics.batch_metrics import BatchMetrics
from serving.metrics.call_metrics import CallMetrics
from serving.metrics.state_metrics import (
    CountingCache,
    FollowedOverlay,
    Queue,
    StateCollector,
    bundle_metrics,
    cache_metrics,
    overlay_metrics,
    queue_metrics,
)


class ServerMetrics:
    """Observes calls and batches, and reads what it is given to watch.

    Args:
        slot: whose bundle answers.

    Attributes:
        registry: what is served to Prometheus.
    """

    def __init__(self, slot: EngineSlot) -> None:
        self.registry = CollectorRegistry()
        self._calls, self._batches = CallMetrics(self.registry), BatchMetrics(self.registry)
        ProcessCollector(registry=self.registry)
        self.registry.register(StateCollector(lambda: bundle_metrics(slot)))

    def ended(self, record: CallRecord) -> None:
        """A call has ended."""
        self._calls.ended(record)

    def answered(self, batch: AnsweredBatch) -> None:
        """The model has answered a batch."""
        self._batches.answered(batch)

    def watch_queue(self, queue: Queue, limit: int) -> None:
        """Tell what waits; `limit` is how much may."""
        self.registry.register(StateCollector(lambda: queue_metrics(queue, limit)))

    def watch_overlay(self, overlay: FollowedOverlay) -> None:
        """Tell how far the overlay is."""
        self.registry.register(StateCollector(lambda: overlay_metrics(overlay)))

    def watch_cache(self, cache: CountingCache) -> None:
        """Tell what became of the cache's questions."""
        self.registry.register(StateCollector(lambda: cache_metrics(cache)))
