"""A way to a server of this machine on which everything takes a while, there and back."""

import asyncio
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 60.0
MANY = 65_536


class SlowLink:
    """Passes on the bytes of both ends in their order, each `delay_s` after it came.

    That is none at first, and may be changed at any time.
    """

    def __init__(self, target: int) -> None:
        self.delay_s, self._target = 0.0, target
        self.port, self.ready = 0, threading.Event()

    async def run(self) -> None:
        """Until it is stopped."""
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await self._stopping.wait()
        server.close()

    def stop(self) -> None:
        """From another thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)

    async def _join(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Both ways of one connection, which ends with the first of them."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        ways = [self._carry(reader, far_writer), self._carry(far_reader, writer)]
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            writer.close()
            far_writer.close()

    async def _carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        taking = asyncio.ensure_future(self._take(reader, due))
        try:
            while True:
                when, data = await due.get()
                await asyncio.sleep(when - asyncio.get_running_loop().time())
                if not data:
                    return
                writer.write(data)
                await writer.drain()
        finally:
            taking.cancel()

    async def _take(self, reader: StreamReader, due: asyncio.Queue[tuple[float, bytes]]) -> None:
        """What comes, and nothing at the end, each with the time at which to pass it on."""
        data = b"."
        while data:
            try:
                data = await reader.read(MANY)
            except ConnectionError:
                data = b""
            due.put_nowait((asyncio.get_running_loop().time() + self.delay_s, data))


@contextmanager
def slow_link(target: int) -> Iterator[SlowLink]:
    """A link to a port of this machine within the block."""
    link = SlowLink(target)
    thread = threading.Thread(target=lambda: asyncio.run(link.run()))
    thread.start()
    try:
        assert link.ready.wait(PATIENCE_S)
        yield link
    finally:
        link.stop()
        thread.join(PATIENCE_S)
