"""Where a log lies, so that tests can open it as replicas do, and take away or turn back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from serving.overlay.file_log import FileLog
from serving.overlay.log import UpdateLog
from serving.overlay.redis_log import RedisLog, RedisLogConfig
from tests.serving.redis_server import RedisServer


class LogPlace(Protocol):
    def open(self) -> UpdateLog: ...

    def contents(self) -> dict[str, bytes]: ...

    def replace(self, contents: dict[str, bytes]) -> None: ...


@dataclass(frozen=True)
class FilePlace:
    folder: Path

    def open(self) -> FileLog:
        return FileLog(self.folder)

    def contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}

    def replace(self, contents: dict[str, bytes]) -> None:
        for path in self.folder.iterdir():
            path.unlink()
        for name, content in contents.items():
            (self.folder / f".{name}").write_bytes(content)
            (self.folder / f".{name}").rename(self.folder / name)


@dataclass(frozen=True)
class RedisPlace:
    server: RedisServer
    lineage: str

    def open(self) -> RedisLog:
        config = RedisLogConfig(url=self.server.url, lineage=self.lineage, heartbeat_s=0.1)
        return RedisLog(config)

    def contents(self) -> dict[str, bytes]:
        with self.server.client() as client:
            return {key: client.dump(key) for key in self._keys()}

    def replace(self, contents: dict[str, bytes]) -> None:
        with self.server.client() as client, client.pipeline() as whole:
            whole.delete("none", *self._keys())
            for key, content in contents.items():
                whole.restore(key, 0, content)
            whole.execute()

    def _keys(self) -> list[str]:
        with self.server.client() as client:
            return [key.decode() for key in client.keys(f"outfit:{{{self.lineage}}}*")]


def run(story: Awaitable[None]) -> None:
    asyncio.run(asyncio.wait_for(story, 20))


def run_on(place: LogPlace, story: Callable[[UpdateLog], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with opened(place) as log:
            await story(log)

    run(whole())


@asynccontextmanager
async def opened(place: LogPlace) -> AsyncIterator[UpdateLog]:
    log = place.open()
    try:
        yield log
    finally:
        await log.close()


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
