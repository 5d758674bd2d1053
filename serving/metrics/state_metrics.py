"""What a server is made of, read when it is asked for: bundle, queue, overlay, cache."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, runtime_checkable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from data.errors import NotLoadedError
from serving.cache.response_cache import CacheCounts
from serving.engine_slot import EngineSlot
from serving.overlay.state import OverlayState

Read = Callable[[], Iterable[Metric]]


@runtime_checkable
class Queue(Protocol):
    """What waits; `serving.batcher.Batcher` is one."""

    @property
    def waiting_size(self) -> int:
        """Of all that waits, as of `Question.size`."""
        ...


@runtime_checkable
class FollowedOverlay(Protocol):
    """The updates in force; `serving.overlay.overlay.Overlay` is one."""

    @property
    def current(self) -> OverlayState:
        """What is in force now."""
        ...

    @property
    def connected(self) -> bool:
        """The log is followed."""
        ...

    @property
    def age_s(self) -> float:
        """Seconds since the log was last heard of."""
        ...


@runtime_checkable
class CountingCache(Protocol):
    """What became of the questions; `serving.cache.response_cache.ResponseCache` is one."""

    @property
    def counts(self) -> CacheCounts:
        """Since the start."""
        ...


class StateCollector(Collector):
    """Reads some state each time the metrics are asked for."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now."""
        yield from self._read()


def bundle_metrics(slot: EngineSlot) -> Iterator[Metric]:
    """Which bundle answers, and since when; nothing where none does."""
    try:
        info = slot.take().info
    except NotLoadedError:
        return
    yield InfoMetricFamily(
        "outfit_bundle", "Bundle that answers.", {"bundle_id": info.bundle_id, "model": info.model}
    )
    yield _gauge("outfit_bundle_items", "Items of the bundle.", info.num_items)
    yield _gauge(
        "outfit_bundle_loaded_timestamp_seconds",
        "When the bundle began to answer, in seconds since 1970.",
        slot.filled_at,
    )


def queue_metrics(queue: Queue, limit: int) -> Iterator[Metric]:
    """How much waits for the model, and how much may."""
    yield _gauge("outfit_queue_outfits", "Outfits, about, that wait.", queue.waiting_size)
    yield _gauge("outfit_queue_limit_outfits", "Beyond it a call is refused.", limit)


def overlay_metrics(overlay: FollowedOverlay) -> Iterator[Metric]:
    """How far this replica follows the updates of the catalogue."""
    yield _gauge("outfit_overlay_version", "Last update in force.", overlay.current.version)
    yield _gauge("outfit_overlay_connected", "1 while the log is followed.", overlay.connected)
    yield _gauge("outfit_overlay_age_seconds", "Seconds since the log was heard of.", overlay.age_s)


def cache_metrics(cache: CountingCache) -> Iterator[Metric]:
    """What the response cache was good for."""
    counts = cache.counts
    yield CounterMetricFamily("outfit_cache_hits", "Answers from the cache.", counts.hits)
    yield CounterMetricFamily("outfit_cache_misses", "Answers not in the cache.", counts.misses)
    yield CounterMetricFamily("outfit_cache_errors", "Failures of the cache.", counts.errors)


def _gauge(
    name: str, text: str, value: float | int
) -> Metric:  # beartype holds an int for no float
    return GaugeMetricFamily(name, text, value)
