"""The process that serves: address, health, reflection, a clean end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import grpc
from grpc_health.v1 import health

from data.errors import SchemaError
from serving.answers import Answers
from serving.batcher import BatchConfig, Batcher, batching
from serving.bundle_servicer import BundleServicer
from serving.bundle_shelf import BundleShelf, Load
from serving.cache.response_cache import ResponseCache
from serving.call_record import CallObserver
from serving.catalogue_servicer import CatalogueServicer
from serving.engine_slot import EngineSlot, OutfitEngine
from serving.health import Health, health_handler
from serving.interceptor import CallInterceptor
from serving.limits import MAX_CONCURRENT_CALLS, MAX_HELD_BYTES, MAX_MESSAGE_BYTES
from serving.metrics.endpoint import MetricsConfig, metrics_endpoint
from serving.metrics.server_metrics import ServerMetrics
from serving.overlay.log import UpdateLog
from serving.overlay.overlay import Overlay, running_overlay
from serving.pb.outfit.v1 import (
    bundle_service_pb2_grpc,
    catalog_service_pb2_grpc,
    outfit_service_pb2_grpc,
)
from serving.reflection import SERVICE_NAMES, reflection_handlers
from serving.reply import ReplyDesk
from serving.request_budget import RequestBudget
from serving.security.enforcement import access_guard, port_credentials
from serving.security.protection import Protection
from serving.servicer import OutfitServicer
from serving.services import BUNDLES, CATALOGUE, OUTFITS
from serving.tracing import configured_tracing

OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_concurrent_streams", MAX_CONCURRENT_CALLS),
    ("grpc.server.max_pending_requests", 4 * MAX_CONCURRENT_CALLS),  # beyond it some are CANCELLED
    ("grpc.server.max_pending_requests_hard_limit", 8 * MAX_CONCURRENT_CALLS),
    ("grpc.keepalive_time_ms", 30_000),  # a peer that is gone, or reads nothing, is cut off
    ("grpc.keepalive_timeout_ms", 10_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """Where and how to serve."""

    host: str = "127.0.0.1"  # loopback: whoever opens it to a network says so
    port: int = 50051  # 0 picks a free one
    shared: bool = False  # other processes serve the same on the same port, which is claimed
    notice_s: float = 0.0  # how long new calls are answered after health says NOT_SERVING
    grace_s: float = 10.0  # how long calls in flight may take to finish at the end
    batches: BatchConfig = field(default_factory=BatchConfig)
    max_held_bytes: int = MAX_HELD_BYTES  # of requests that are not answered yet
    metrics: MetricsConfig | None = None
    protection: Protection = field(default_factory=Protection)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """What a server is made of.

    Args:
        slot: from whose engine it answers; empty until a bundle is loaded.
        log: of the updates of the catalogue.
        cache: of responses, closed at the end; None keeps none.
        bundles: the folder that operators may switch between, and how a bundle is loaded; None
            serves no BundleService.
    """

    slot: EngineSlot
    log: UpdateLog
    cache: ResponseCache | None = None
    bundles: tuple[Path, Load] | None = None


async def serve(parts: Parts, config: ServerConfig, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then drain; `announce` is told the address once it answers.

    Raises:
        SchemaError: as of `running_server`; so does UpdateLogError.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with configured_tracing() as observers:
        async with running_server(parts, config, observers) as address:
            announce(address)
            await stop.wait()


@asynccontextmanager
async def running_server(
    parts: Parts, config: ServerConfig, observers: Sequence[CallObserver] = ()
) -> AsyncIterator[str]:
    """Serve within the `async with` block and give the address; leaving it drains.

    One thread makes all model calls: the engine uses every core by itself, and tokenizers are not
    safe to share between threads.

    Args:
        parts: what answers.
        config: where and how.
        observers: are told of every call, beside the metrics.

    Raises:
        SchemaError: a port is taken, or a host is not one of this machine's, or lies beyond it
            and is not protected.
        InputError: a file of the protection cannot be used.
        UpdateLogError: the log of updates cannot be read.
    """
    config.protection.check(config.host)
    metrics = ServerMetrics(parts.slot)
    budget = RequestBudget(config.max_held_bytes)
    interceptor = CallInterceptor([metrics, *observers], budget)
    server = _server([interceptor, access_guard(config.protection, config.host)], config)
    # Connections wait at a port from when it is bound: one that others share, only when all is up.
    bound = "" if config.shared else _bind(server, config)
    async with AsyncExitStack() as stack:
        executor = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="engine"))
        overlay = await stack.enter_async_context(running_overlay(parts.log))
        desk = ReplyDesk(parts.slot, lambda: overlay.current)
        batcher = await stack.enter_async_context(
            batching(desk, executor, config.batches, [metrics])
        )
        metrics.watch_queue(batcher, config.batches.max_waiting)
        metrics.watch_overlay(overlay)
        await stack.enter_async_context(_watched(parts.cache, metrics))
        shelf = await stack.enter_async_context(_started_shelf(parts, overlay, config))
        served = _register(
            server,
            OutfitServicer(_answers(parts, batcher, overlay), budget),
            CatalogueServicer(batcher, overlay),
            None if shelf is None else BundleServicer(shelf, parts.slot),
        )
        if config.protection.reflects(config.host):
            served += [health.SERVICE_NAME, *SERVICE_NAMES]
            server.add_generic_rpc_handlers(reflection_handlers(served))
        checks = Health(parts.slot, served)
        server.add_generic_rpc_handlers([health_handler(checks)])
        stack.enter_context(
            metrics_endpoint(metrics.registry, lambda: checks.is_serving, config.metrics)
        )
        address = bound or _bind(server, config)
        await server.start()
        try:
            yield address
        finally:
            await _drain(server, checks, config)


@asynccontextmanager
async def _watched(cache: ResponseCache | None, metrics: ServerMetrics) -> AsyncIterator[None]:
    """Tell what becomes of the cache's questions, and close it at the end."""
    if cache is None:
        yield
        return
    metrics.watch_cache(cache)
    try:
        yield
    finally:
        await cache.close()


async def _drain(server: grpc.aio.Server, checks: Health, config: ServerConfig) -> None:
    """Say so, go on for a while, then take no more calls and finish those in flight."""
    await checks.drain()
    await asyncio.sleep(config.notice_s)
    await server.stop(config.grace_s)


@asynccontextmanager
async def _started_shelf(
    parts: Parts, overlay: Overlay, config: ServerConfig
) -> AsyncIterator[BundleShelf | None]:
    """The shelf that BundleService uses, if it is served; one that is shared is followed."""
    if parts.bundles is None:
        yield None
        return
    folder, load = parts.bundles
    loaded = partial(_with_updates, load, overlay)
    shelf = BundleShelf(folder, parts.slot, loaded, shared=config.shared)
    await shelf.start()
    following = asyncio.create_task(shelf.follow())
    try:
        yield shelf
    finally:
        following.cancel()
        await asyncio.wait({following})


def _answers(parts: Parts, batcher: Batcher, overlay: Overlay) -> Answers:
    return Answers(
        batcher, parts.cache, lambda: (parts.slot.take().info.bundle_id, overlay.current.mark)
    )


def _register(
    server: grpc.aio.Server,
    outfits: OutfitServicer,
    catalogue: CatalogueServicer,
    bundles: BundleServicer | None,
) -> list[str]:
    """Add the services: their names."""
    served = [OUTFITS, CATALOGUE]
    outfit_service_pb2_grpc.add_OutfitServiceServicer_to_server(outfits, server)  # type: ignore[no-untyped-call] # generated
    catalog_service_pb2_grpc.add_CatalogServiceServicer_to_server(catalogue, server)  # type: ignore[no-untyped-call] # generated
    if bundles is not None:
        bundle_service_pb2_grpc.add_BundleServiceServicer_to_server(bundles, server)  # type: ignore[no-untyped-call] # generated
        served.append(BUNDLES)
    return served


def _with_updates(load: Load, overlay: Overlay, folder: Path) -> OutfitEngine:
    """A loaded bundle that takes the updates in force into account."""
    state = overlay.current
    return load(folder).at(state.records, state.version)


def _server(
    interceptors: Sequence[grpc.aio.ServerInterceptor], config: ServerConfig
) -> grpc.aio.Server:
    """A server of which a second on its port is an error, not a silent half, unless it shares."""
    sharing = ("grpc.so_reuseport", int(config.shared))
    return grpc.aio.server(interceptors=interceptors, options=(*OPTIONS, sharing))


def _bind(server: grpc.aio.Server, config: ServerConfig) -> str:
    host = f"[{config.host}]" if ":" in config.host else config.host
    credentials = port_credentials(config.protection)
    try:
        if credentials is None:
            port = server.add_insecure_port(f"{host}:{config.port}")
        else:
            port = server.add_secure_port(f"{host}:{config.port}", credentials)
    except RuntimeError as error:
        raise SchemaError(
            expected="a free port on a host of this machine",
            got=f"{host}:{config.port}",
            field="port",
        ) from error
    return f"{host}:{port}"
