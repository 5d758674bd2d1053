"""What the flags of `outfit serve` come to: a server in this process."""

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvloop

from engine.recommender import Recommender
from serving.batcher import BatchConfig
from serving.commands.response_caches import response_cache
from serving.commands.serve_flags import MIB, Kept, ServeFlags
from serving.engine_slot import EngineSlot
from serving.garbage import set_aside
from serving.metrics.endpoint import MetricsConfig
from serving.server import serve
from serving.server_config import ServerConfig
from serving.server_parts import Parts

if TYPE_CHECKING:
    from serving.overlay.log import UpdateLog

SWITCH_S: Final = 0.0005
"""The event loop and the model's thread share the interpreter, and neither waits longer for it."""


def serve_alone(flags: ServeFlags, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then drain.

    Args:
        flags: of the command line.
        announce: is told what serves where, once it does.

    Raises:
        SchemaError: a flag is wrong, or a port is taken.
        BundleError: the bundle is damaged.
        UpdateLogError: the log of updates cannot be read.
    """

    async def run() -> None:
        parts = server_parts(flags)

        def announce_at(address: str) -> None:
            loaded = "no bundle" if parts.slot.is_empty else parts.slot.take().info.bundle_id
            announce(f"serving {loaded} on {address}")

        await serve(parts, server_config(flags), announce_at)

    sys.setswitchinterval(SWITCH_S)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


def server_parts(flags: ServeFlags) -> Parts:
    """What the server of a command line is made of; raises as `serve_alone`."""
    kept = flags.kept
    cache = response_cache(kept.answers, kept.redis, kept.shop)
    loading = partial(load, encoders=flags.listening.preload_encoders)
    bundles = None if flags.bundles is None else (flags.bundles, loading)
    slot = EngineSlot(None if flags.bundle is None else loading(flags.bundle))
    return Parts(slot=slot, log=_log(kept, flags.updates), cache=cache, bundles=bundles)


def load(folder: Path, *, encoders: bool = False) -> Recommender:
    """A bundle that answers where this machine runs it quickest; raises BundleError.

    Args:
        folder: of the bundle.
        encoders: are loaded with it, not when they are first needed.
    """
    loaded = Recommender.load(folder).quickened()
    if encoders:
        loaded.load_encoders()
    set_aside()
    return loaded


def _log(kept: Kept, folder: Path) -> "UpdateLog":
    if kept.redis is None:
        from serving.overlay.file_log import FileLog

        return FileLog(folder)
    from serving.overlay.redis_log import RedisLog, RedisLogConfig

    return RedisLog(RedisLogConfig(url=kept.redis, lineage=kept.shop))


def server_config(flags: ServeFlags) -> ServerConfig:
    """Where and how the server of a command line serves."""
    listening, operation = flags.listening, flags.operation
    batches = BatchConfig(
        max_size=listening.batch_size,
        max_delay_s=listening.batch_delay_s,
        max_waiting=listening.max_waiting,
    )
    metrics = (
        None
        if operation.metrics_port is None
        else MetricsConfig(host=operation.metrics_host, port=operation.metrics_port)
    )
    return ServerConfig(
        host=listening.host,
        port=listening.port,
        shared=listening.workers > 1,
        notice_s=operation.notice_s,
        grace_s=operation.grace_s,
        batches=batches,
        max_held_bytes=listening.max_held_mib * MIB,
        metrics=metrics,
        protection=flags.protection,
    )
