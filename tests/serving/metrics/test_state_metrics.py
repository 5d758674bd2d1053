"""State is read at the moment it is asked for."""

import asyncio
import time
from pathlib import Path

from prometheus_client import CollectorRegistry

from engine.updates import ItemDeletion
from serving.cache.memory_cache import MemoryCache, MemoryCacheConfig
from serving.engine_slot import EngineSlot
from serving.metrics.state_metrics import (
    StateCollector,
    bundle_metrics,
    cache_metrics,
    overlay_metrics,
    queue_metrics,
)
from serving.overlay.file_log import FileLog
from serving.overlay.overlay import running_overlay
from tests.serving.metrics.exposition import samples
from tests.serving.planted_shop import PlantedShop


def collected(read) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(StateCollector(read))
    return registry


def test_a_server_without_a_bundle_has_no_bundle_metrics_until_there_is_one():
    slot = EngineSlot()
    registry = collected(lambda: bundle_metrics(slot))
    assert samples(registry) == {}
    began = time.time()
    slot.put(PlantedShop())
    found = samples(registry)
    assert found['outfit_bundle_info{bundle_id="planted-1",model="cosine"}'] == 1
    assert found["outfit_bundle_items"] == 7
    assert began <= found["outfit_bundle_loaded_timestamp_seconds"] <= time.time()


def test_the_queue_is_told_with_its_limit():
    class Queue:
        waiting_size = 12

    found = samples(collected(lambda: queue_metrics(Queue(), 2_048)))
    assert found == {"outfit_queue_outfits": 12, "outfit_queue_limit_outfits": 2_048}


def test_the_overlay_is_told_as_it_moves_and_as_it_is_lost(tmp_path: Path):
    async def scenario() -> None:
        began = time.monotonic()
        async with running_overlay(FileLog(tmp_path)) as overlay:
            registry = collected(lambda: overlay_metrics(overlay))
            version = await overlay.apply([ItemDeletion(item_id="a")])
            found = samples(registry)
            assert found["outfit_overlay_version"] == version > 0
            assert found["outfit_overlay_connected"] == 1
            assert 0 <= found["outfit_overlay_age_seconds"] <= time.monotonic() - began
        assert samples(registry)["outfit_overlay_connected"] == 0

    asyncio.run(scenario())


def test_the_cache_is_told_by_hits_and_misses():
    async def scenario() -> None:
        cache = MemoryCache(MemoryCacheConfig())
        await cache.put("key", b"response")
        for key in ("key", "key", "other"):
            await cache.get(key)
        cache.counts.errors += 4
        assert samples(collected(lambda: cache_metrics(cache))) == {
            "outfit_cache_hits_total": 2,
            "outfit_cache_misses_total": 1,
            "outfit_cache_errors_total": 4,
        }

    asyncio.run(scenario())
