"""Probes see whether the event loop turns, not only whether a thread can answer."""

import asyncio
import threading

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
from tests.serving.repeated_calls import PATIENCE_S, wait_until


def test_a_loop_that_hangs_is_neither_alive_nor_ready_until_it_turns_again():
    port, let_go = free_port(), threading.Event()
    config = ServerConfig(port=0, metrics=MetricsConfig(port=port))
    with background_server(PlantedShop(), config) as server:
        assert server.loop is not None
        wait_until(lambda: codes(port) == [200, 200])
        server.loop.call_soon_threadsafe(let_go.wait, 10 * PATIENCE_S)
        try:
            assert codes(port) == [503, 503]
        finally:
            let_go.set()
        wait_until(lambda: codes(port) == [200, 200])


def codes(port: int) -> list[int]:
    """Of both probes; where they are asked again and again, the loop may be slow but turns."""
    return [code(port, path) for path in ("/live", "/ready")]


def test_a_server_without_a_bundle_is_alive_and_not_ready():
    port = free_port()
    config = ServerConfig(port=0, metrics=MetricsConfig(port=port))
    with background_server_of(lambda: Parts(slot=EngineSlot(), log=MemoryLog()), config):
        wait_until(lambda: codes(port) == [200, 503])


def test_a_loop_that_has_ended_says_no():
    loop = asyncio.new_event_loop()
    loop.close()
    assert not asked_on(loop, lambda: True)()
