"""A real server beside the test, on a free port of this machine."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from serving.engine_slot import OutfitEngine
from serving.server import ServerConfig, running_server


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

    async def run(self, engine: OutfitEngine, config: ServerConfig) -> None:
        self.loop, self.stopping = asyncio.get_running_loop(), asyncio.Event()
        async with running_server(engine, config) as self.address:
            self.ready.set()
            await self.stopping.wait()
        self.ended.set()


@contextmanager
def background_server(
    engine: OutfitEngine, config: ServerConfig | None = None
) -> Iterator[BackgroundServer]:
    server = BackgroundServer()
    chosen = config or ServerConfig(port=0, grace_s=5.0)
    thread = threading.Thread(target=lambda: asyncio.run(server.run(engine, chosen)))
    thread.start()
    try:
        assert server.ready.wait(10)
        yield server
    finally:
        server.stop()
        thread.join(10)
    assert server.ended.is_set()
