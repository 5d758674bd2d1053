"""Where a log lies, so that tests can open it as replicas do, and take away or turn back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from serving.overlay.file_log import FileLog
from serving.overlay.log import Replay, UpdateLog
from serving.overlay.redis_log import RedisLog, RedisLogConfig
from tests.serving.redis_server import RedisServer
from tests.serving.repeated_calls import PATIENCE_S


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
        """It waits for as long as it takes: whoever kills, stops or fills its Redis is told."""
        return RedisLog(
            RedisLogConfig(
                url=self.server.url,
                lineage=self.lineage,
                timeout_s=PATIENCE_S,
                heartbeat_s=0.1,
            )
        )

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
    asyncio.run(asyncio.wait_for(story, 2 * PATIENCE_S))


def run_on(place: LogPlace, story: Callable[[UpdateLog], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with opened(place) as log:
            await story(log)

    run(whole())


def read_anew_after(gate: asyncio.Event, log: UpdateLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on whoever lost this log reads it anew only once the gate is open."""
    replay = log.replay

    async def gated() -> Replay | None:
        await gate.wait()
        return await replay()

    monkeypatch.setattr(log, "replay", gated)


@asynccontextmanager
async def opened(place: LogPlace) -> AsyncIterator[UpdateLog]:
    log = place.open()
    try:
        yield log
    finally:
        await log.close()


async def until(condition: Callable[[], bool]) -> None:
    """As `wait_until`, on an event loop that has others to serve meanwhile."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)
