"""Probes see whether the event loop turns, not only whether a thread can answer."""

import asyncio
import threading
import time

from serving.engine_slot import EngineSlot
from serving.metrics.endpoint import MetricsConfig
from serving.probes import asked_on
from serving.server_config import ServerConfig
from serving.server_parts import Parts
from tests.free_port import free_port
from tests.serving.background_server import background_server, background_server_of
from tests.serving.memory_log import MemoryLog
from tests.serving.metrics.test_endpoint import code
from tests.serving.planted_shop import PlantedShop


def test_a_loop_that_hangs_is_neither_alive_nor_ready_until_it_turns_again():
    port, let_go = free_port(), threading.Event()
    config = ServerConfig(port=0, metrics=MetricsConfig(port=port))
    with background_server(PlantedShop(), config) as server:
        assert server.loop is not None
        assert [code(port, path) for path in ("/live", "/ready")] == [200, 200]
        server.loop.call_soon_threadsafe(let_go.wait, 20)
        try:
            began = time.monotonic()
            assert [code(port, path) for path in ("/live", "/ready")] == [503, 503]
            assert time.monotonic() - began < 5
        finally:
            let_go.set()
        assert [code(port, path) for path in ("/live", "/ready")] == [200, 200]


def test_a_server_without_a_bundle_is_alive_and_not_ready():
    port = free_port()
    config = ServerConfig(port=0, metrics=MetricsConfig(port=port))
    with background_server_of(lambda: Parts(slot=EngineSlot(), log=MemoryLog()), config):
        assert [code(port, path) for path in ("/live", "/ready")] == [200, 503]


def test_a_loop_that_has_ended_says_no():
    loop = asyncio.new_event_loop()
    loop.close()
    assert not asked_on(loop, lambda: True)()
