"""A log in Redis 6.2 or newer, or Valkey: a stream, a head and the latest snapshot.

outfit:{LINEAGE}:head             version and token of the last entry, and where the snapshot is
outfit:{LINEAGE}:entries          the stream; the id of an entry is its version
outfit:{LINEAGE}:snapshot:N:TOKEN a list of chunks
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis

from engine.updates import ItemUpdate
from serving.overlay.errors import LogDamagedError, LogForkedError, LogLostError
from serving.overlay.log import KEPT_ENTRIES, Replay
from serving.overlay.loss_warning import LossWarning
from serving.overlay.redis_errors import named_errors
from serving.overlay.redis_scripts import APPEND, COMPACT, SEED
from serving.overlay.state import Entry, Mark, OverlayState
from serving.overlay.update_codec import (
    decode_state,
    decode_updates,
    encode_state,
    encode_updates,
)
from serving.redis_connection import address_of, connect, key_prefix

ENTRY_FIELDS: Final = (b"previous", b"token", b"updates")
PAGE_ENTRIES: Final = 64
PAGE_CHUNKS: Final = 8
HEAD_FIELDS: Final = frozenset({"version", "token", "snapshot", "snapshot_version"})
ORPHAN_S: Final = 600
"""After which a snapshot goes that was written and never put into force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisLogConfig:
    """Where the log is."""

    url: str
    lineage: str  # of the catalogue, so that shops that share a Redis do not mix
    timeout_s: float = 1.0  # for a write to be acknowledged, and for connecting
    heartbeat_s: float = 0.5  # without entries, how often a follower looks whether all is well


class RedisLog:
    """An `UpdateLog` in Redis; an entry is acknowledged when Redis has answered."""

    def __init__(self, config: RedisLogConfig) -> None:
        prefix = key_prefix(config.lineage)
        self._head, self._entries = f"{prefix}:head", f"{prefix}:entries"
        self._snapshots = f"{prefix}:snapshot"
        self._heartbeat_ms = int(config.heartbeat_s * 1000)
        self._writer: Redis = connect(config.url, timeout_s=config.timeout_s)
        self._reader: Redis = connect(config.url, timeout_s=config.timeout_s + config.heartbeat_s)
        self._where = address_of(self._writer)
        self._loss_warning = LossWarning(self._reader)
        scripts = (self._writer.register_script(text) for text in (APPEND, SEED, COMPACT))
        self._append_script, self._seed_script, self._compact_script = scripts

    async def append(
        self,
        updates: Sequence[ItemUpdate],
        *,
        after: Mark | None = None,
        at_least: int = 0,
        gives_back: str = "",
    ) -> Mark:
        """The mark of the new entry, once Redis has answered; see `UpdateLog`."""
        token, encoded = secrets.token_hex(8), encode_updates(updates)
        last = "*" if after is None else after.token
        with named_errors(self._where):
            version = await self._append_script(
                keys=[self._head, self._entries], args=[token, encoded, last, at_least, gives_back]
            )
        return Mark(version=int(version), token=token)

    async def follow(self, after: Mark) -> AsyncGenerator[tuple[Entry, ...], None]:
        """Entries after a mark as they come; see `UpdateLog`."""
        mark = after
        await self._check(mark)
        self._loss_warning.begin()
        while True:
            with named_errors(self._where):
                found: Any = await self._reader.xread(
                    {self._entries: f"{mark.version}-0"}, PAGE_ENTRIES, self._heartbeat_ms
                )
            entries = tuple(self._decoded(each) for _, page in found for each in page)
            if not entries:
                await self._check(mark)
            elif entries[0].previous != mark.token:
                raise self._forked(mark)
            mark = entries[-1].mark if entries else mark
            yield entries

    async def replay(self) -> Replay | None:
        """Everything that Redis holds; see `UpdateLog`."""
        while True:
            head = await self._read_head()
            if not head:
                return None
            chunks = await self._read_snapshot(head["snapshot"])
            entries = await self._read_entries()
            now = await self._read_head()
            if now.get("snapshot") == head["snapshot"]:
                return await asyncio.to_thread(self._sound, chunks, entries, head)

    async def seed(self, state: OverlayState) -> None:
        """Begin with a state; see `UpdateLog`."""
        key, num_chunks = await self._write_snapshot(state)
        with named_errors(self._where):
            await self._seed_script(
                keys=[self._head, self._entries, key],
                args=[state.version, state.mark.token, num_chunks],
            )

    async def snapshot(self, state: OverlayState, *, ahead: int = 1) -> int:
        """Keep a state and trim what it covers; see `UpdateLog`."""
        kept = int((await self._read_head()).get("snapshot_version", 0))
        if state.version < kept + ahead:
            return kept
        key, num_chunks = await self._write_snapshot(state)
        kept_from = max(state.version - KEPT_ENTRIES + 1, 0)
        with named_errors(self._where):
            await self._compact_script(
                keys=[self._head, self._entries, key],
                args=[state.version, state.mark.token, kept_from, ORPHAN_S, num_chunks],
            )
        return state.version

    async def close(self) -> None:
        """Close the connections."""
        await self._loss_warning.close()
        await self._writer.aclose()
        await self._reader.aclose()

    async def _check(self, mark: Mark) -> None:
        """Raise unless the entry after the mark, or the head, knows it."""
        head = await self._read_head()
        if not head:
            raise LogLostError(expected="the head of the log", got="none", where=self._where)
        if head["token"] == mark.token:
            await self._check_entries(head)
            return
        with named_errors(self._where):
            found: Any = await self._reader.xrange(
                self._entries, f"{mark.version + 1}-0", "+", count=1
            )
        if not found or self._decoded(found[0]).previous != mark.token:
            raise self._forked(mark)

    async def _check_entries(self, head: dict[str, str]) -> None:
        """Raise where the stream is gone and no snapshot says what it said."""
        if int(head["snapshot_version"]) < int(head["version"]):
            with named_errors(self._where):
                there = await self._reader.exists(self._entries)
            if not there:
                raise self._incomplete(head, int(head["snapshot_version"]))

    def _incomplete(self, head: dict[str, str], reached: int) -> LogDamagedError:
        return LogDamagedError(
            expected=f"every entry up to version {head['version']}",
            got=f"none after version {reached}: were keys evicted or deleted?",
            where=self._where,
        )

    def _forked(self, mark: Mark) -> LogForkedError:
        return LogForkedError(
            expected=f"version {mark.version} as it was applied", got="another", where=self._where
        )

    async def _read_head(self) -> dict[str, str]:
        """The head; empty where there is none."""
        with named_errors(self._where):
            found: Any = await self._reader.hgetall(self._head)
        head = {name.decode(): value.decode() for name, value in found.items()}
        if head and (lacking := sorted(HEAD_FIELDS - head.keys())):
            raise LogDamagedError(
                expected="a head", got=f"one without {', '.join(lacking)}", where=self._where
            )
        return head

    async def _read_snapshot(self, key: str) -> list[bytes]:
        chunks: list[bytes] = []
        while True:
            first = len(chunks)
            with named_errors(self._where):
                page: Any = await self._reader.lrange(key, first, first + PAGE_CHUNKS - 1)
            if not page:
                return chunks
            chunks += page

    async def _read_entries(self) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        while True:
            first = f"{entries[-1].mark.version + 1}-0" if entries else "-"
            with named_errors(self._where):
                page: Any = await self._reader.xrange(self._entries, first, "+", count=PAGE_ENTRIES)
            if not page:
                return tuple(entries)
            entries += map(self._decoded, page)

    def _sound(
        self, chunks: list[bytes], entries: tuple[Entry, ...], head: dict[str, str]
    ) -> Replay:
        """The replay, after a look whether anything between snapshot and head is missing."""
        snapshot = decode_state(chunks, self._where)
        replay = Replay(snapshot=snapshot, entries=entries)
        try:
            reached = replay.state().version
        except LogForkedError:
            reached = snapshot.version
        if reached < int(head["version"]):
            raise self._incomplete(head, reached)
        return replay

    async def _write_snapshot(self, state: OverlayState) -> tuple[str, int]:
        """The key of a snapshot that expires unless it is put into force, and its chunks.

        A Redis that loses the key meanwhile begins it again with what comes next.
        """
        key = f"{self._snapshots}:{state.version}:{secrets.token_hex(8)}"
        chunks = await asyncio.to_thread(lambda: list(encode_state(state)))
        with named_errors(self._where):
            for chunk in chunks:
                await self._writer.rpush(key, chunk)
                await self._writer.expire(key, ORPHAN_S)
        return key, len(chunks)

    def _decoded(self, message: Any) -> Entry:
        number, fields = message
        try:
            previous, token, updates = (fields[name] for name in ENTRY_FIELDS)
        except KeyError as error:
            got = f"{number.decode()} without {error.args[0].decode()}"
            raise LogDamagedError(expected="entries", got=got, where=self._where) from error
        return Entry(
            previous=previous.decode(),
            mark=Mark(version=int(number.partition(b"-")[0]), token=token.decode()),
            updates=decode_updates(updates, self._where),
            gives_back=fields.get(b"gives_back", b"").decode(),
        )
