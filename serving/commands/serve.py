"""`outfit serve`: answer over gRPC from one bundle, or from a folder of bundles."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from serving.commands.redis_flag import RedisUrl
from serving.commands.response_caches import CACHING, Caching, response_cache
from serving.request_log import LogFormat
from serving.security.protection import Protection

if TYPE_CHECKING:
    from serving.overlay.log import UpdateLog
    from serving.server import Parts, ServerConfig

Port = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65_535))]
Seconds = Annotated[float, Parameter(validator=validators.Number(gte=0))]
Size = Annotated[int, Parameter(validator=validators.Number(gte=1))]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where and how to serve."""

    host: str = "127.0.0.1"
    """The address to listen on; beyond this machine only with --tls-cert, and --keys or
    --client-ca."""

    port: Port = 50051
    """The port to listen on; 0 picks a free one and the first line of output names it."""

    batch_size: Size = 256
    """Outfits that the model judges at once, at most."""

    batch_delay_s: Seconds = 0.0
    """Seconds that a question waits for others while the model is idle."""

    max_waiting: Size = 2_048
    """Outfits that may wait for the model; what comes beyond them is refused."""


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where the updates of the catalogue are kept, and answers for those who ask again."""

    redis: RedisUrl = None
    """Address of a Redis that keeps them for all servers of a shop, such as redis://host:6379; one
    with a password is better given by the variable."""

    shop: str = "shop"
    """Names the catalogue within Redis, so that shops may share one."""

    updates: Path | None = None
    """Folder of this machine that keeps them without Redis; beside the bundles by default."""

    answers: Caching = CACHING


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What those who run the server see of it, and how it ends."""

    metrics_port: Port | None = None
    """Serve Prometheus metrics at /metrics on this port; 0 picks a free one that the log names."""

    metrics_host: str = "127.0.0.1"
    """The address of the metrics; whoever reaches it may read them."""

    log_format: LogFormat = "json"
    """A JSON object a line, or text."""

    notice_s: Seconds = 0.0
    """Seconds for which new calls are still answered at the end, after health says so."""

    grace_s: Seconds = 10.0
    """Seconds that calls in flight get to finish at the end."""


LISTENING = Listening()
KEPT = Kept()
OPERATION = Operation()
LOOPBACK_ONLY = Protection()


def serve(
    bundle: Path | None = None,
    /,
    *,
    bundles: Path | None = None,
    listening: Listening = LISTENING,
    kept: Kept = KEPT,
    operation: Operation = OPERATION,
    protection: Protection = LOOPBACK_ONLY,
) -> None:
    """Answer over gRPC until SIGTERM or Ctrl-C, then finish what is in flight.

    Example: `outfit serve demo/bundle --port 50051 --metrics-port 9464`

    Args:
        bundle: the folder that `outfit train` wrote.
        bundles: instead of one bundle, a folder of them, between which operators switch with
            `outfit call activate` and `outfit call roll-back`.
        listening: where and how to serve.
        kept: where updates of the catalogue and answers are kept.
        operation: metrics, log and end.
        protection: who may call, what, how often, and how it travels.
    """
    import asyncio
    import os

    import uvloop

    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its own lines repeat what an error says

    from serving.request_log import configure_logging
    from serving.server import serve as serve_parts

    configure_logging(operation.log_format)
    protection.check(listening.host)  # before a bundle is loaded, which takes a while

    async def run() -> None:
        parts = _parts(bundle, bundles, kept)

        def announce(address: str) -> None:
            loaded = "no bundle" if parts.slot.is_empty else parts.slot.take().info.bundle_id
            print(f"serving {loaded} on {address}", flush=True)

        await serve_parts(parts, _config(listening, operation, protection), announce)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


def _parts(bundle: Path | None, bundles: Path | None, kept: Kept) -> "Parts":
    from data.errors import SchemaError
    from engine.recommender import Recommender
    from serving.engine_slot import EngineSlot
    from serving.server import Parts

    def load(folder: Path) -> Recommender:
        return Recommender.load(folder).quickened()

    cache = response_cache(kept.answers, kept.redis, kept.shop)
    if bundle is not None and bundles is None:
        slot = EngineSlot(load(bundle))
        beside = bundle.resolve()
        log = _log(kept, beside.with_name(f"{beside.name}.updates"))
        return Parts(slot=slot, log=log, cache=cache)
    if bundles is not None and bundle is None:
        log = _log(kept, bundles / ".updates")
        return Parts(slot=EngineSlot(), log=log, cache=cache, bundles=(bundles, load))
    raise SchemaError(
        expected="a bundle, or --bundles with a folder of them",
        got="neither" if bundle is None else "both",
    )


def _log(kept: Kept, beside: Path) -> "UpdateLog":
    if kept.redis is None:
        from serving.overlay.file_log import FileLog

        return FileLog(kept.updates or beside)
    from serving.overlay.redis_log import RedisLog, RedisLogConfig

    return RedisLog(RedisLogConfig(url=kept.redis, lineage=kept.shop))


def _config(listening: Listening, operation: Operation, protection: Protection) -> "ServerConfig":
    from serving.batcher import BatchConfig
    from serving.metrics.endpoint import MetricsConfig
    from serving.server import ServerConfig

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
        notice_s=operation.notice_s,
        grace_s=operation.grace_s,
        batches=batches,
        metrics=metrics,
        protection=protection,
    )
