"""A real server beside the test, on a free port of this machine."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from serving.engine_slot import EngineSlot, OutfitEngine
from serving.server import running_server
from serving.server_config import ServerConfig
from serving.server_parts import Parts
from tests.serving.memory_log import MemoryLog
from tests.serving.repeated_calls import PATIENCE_S


@dataclass
class BackgroundServer:
    address: str = ""
    ready: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop | None = None
    stopping: asyncio.Event | None = None

    def stop(self) -> None:
        """Begin to drain, without waiting for the end."""
        assert self.loop is not None
        assert self.stopping is not None
        with suppress(RuntimeError):  # the loop is closed: it has ended already
            self.loop.call_soon_threadsafe(self.stopping.set)

    async def run(self, make_parts: Callable[[], Parts], config: ServerConfig) -> None:
        self.loop, self.stopping = asyncio.get_running_loop(), asyncio.Event()
        async with running_server(make_parts(), config) as self.address:
            self.ready.set()
            await self.stopping.wait()
        self.ended.set()


@contextmanager
def background_server(
    engine: OutfitEngine, config: ServerConfig | None = None
) -> Iterator[BackgroundServer]:
    """A server of one engine, whose updates are lost with it."""

    def parts() -> Parts:
        return Parts(slot=EngineSlot(engine), log=MemoryLog())

    with background_server_of(parts, config) as server:
        yield server


@contextmanager
def background_server_of(
    make_parts: Callable[[], Parts], config: ServerConfig | None = None
) -> Iterator[BackgroundServer]:
    """A server of parts that are made on its own event loop."""
    server = BackgroundServer()
    chosen = config or ServerConfig(port=0, grace_s=5.0)
    thread = threading.Thread(target=lambda: asyncio.run(server.run(make_parts, chosen)))
    thread.start()
    try:
        assert server.ready.wait(PATIENCE_S)
        yield server
    finally:
        server.stop()
        thread.join(PATIENCE_S)
    assert server.ended.is_set()
