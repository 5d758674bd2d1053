"""The process that serves: address, health, reflection, a clean end."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import grpc
from grpc_health.v1 import health

from serving.batcher import batching
from serving.bundle_servicer import BundleServicer
from serving.cache.response_cache import ResponseCache
from serving.call_record import CallObserver
from serving.catalogue_servicer import CatalogueServicer
from serving.grpc_server import bind, grpc_server, start
from serving.health import Health, health_handler
from serving.interceptor import CallInterceptor
from serving.metrics.endpoint import metrics_endpoint
from serving.metrics.server_metrics import ServerMetrics
from serving.overlay.overlay import running_overlay
from serving.pb.outfit.v1 import (
    bundle_service_pb2_grpc,
    catalog_service_pb2_grpc,
    outfit_service_pb2_grpc,
)
from serving.probes import asked_on
from serving.reflection import SERVICE_NAMES, reflection_handlers
from serving.reply import ReplyDesk
from serving.request_budget import RequestBudget
from serving.security.enforcement import access_guard
from serving.server_config import ServerConfig
from serving.server_parts import Parts, answers, running_shelf
from serving.servicer import OutfitServicer
from serving.services import BUNDLES, CATALOGUE, OUTFITS
from serving.tracing import configured_tracing

logger = logging.getLogger(__name__)

FELL: Final = 70
"""What a process ends with whose gRPC takes no more calls: EX_SOFTWARE of sysexits.h."""


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
        async with running_server(parts, config, observers, fell=_end_at_once) as address:
            announce(address)
            await stop.wait()
            logger.info("began to drain", extra={"notice_s": config.notice_s})


def _end_at_once() -> None:
    """End the process, to be started anew: nothing that was acknowledged is lost with it."""
    logger.critical("gRPC fell: the process ends, to be started anew")
    logging.shutdown()
    os._exit(FELL)


@asynccontextmanager
async def running_server(
    parts: Parts,
    config: ServerConfig,
    observers: Sequence[CallObserver] = (),
    *,
    fell: Callable[[], None] = lambda: None,
) -> AsyncIterator[str]:
    """Serve within the `async with` block and give the address; leaving it drains.

    One thread makes all model calls: the engine uses every core by itself, and tokenizers are not
    safe to share between threads.

    Args:
        parts: what answers.
        config: where and how.
        observers: are told of every call, beside the metrics.
        fell: is called where gRPC takes no more calls, though nobody stopped it.

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
    server = grpc_server([interceptor, access_guard(config.protection, config.host)], config)
    # Connections wait at a port from when it is bound: one that others share, only when all is up.
    bound = "" if config.shared else bind(server, config)
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
        shelf = await stack.enter_async_context(running_shelf(parts, overlay, shared=config.shared))
        served = _register(
            server,
            OutfitServicer(answers(parts, batcher, overlay), budget),
            CatalogueServicer(batcher, overlay),
            None if shelf is None else BundleServicer(shelf, parts.slot, overlay),
        )
        if config.protection.reflects(config.host):
            served += [health.SERVICE_NAME, *SERVICE_NAMES]
            server.add_generic_rpc_handlers(reflection_handlers(served))
        checks = Health(parts.slot, served, lambda: overlay.connected)
        server.add_generic_rpc_handlers([health_handler(checks)])
        stack.enter_context(metrics_endpoint(metrics.registry, _probes(checks), config.metrics))
        address = bound or bind(server, config)
        await start(server, fell)
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


def _probes(checks: Health) -> dict[str, Callable[[], bool]]:
    """By their paths."""
    loop = asyncio.get_running_loop()
    return {
        "/live": asked_on(loop, lambda: True),
        "/ready": asked_on(loop, lambda: checks.is_serving),
    }


async def _drain(server: grpc.aio.Server, checks: Health, config: ServerConfig) -> None:
    """Say so, go on for a while, then take no more calls and finish those in flight."""
    await checks.drain()
    await asyncio.sleep(config.notice_s)
    await server.stop(config.grace_s)


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
