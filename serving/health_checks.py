"""Health as `grpc.health.v1` tells it: what answers from a bundle serves once one is loaded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from serving.engine_slot import EngineSlot
from serving.services import BUNDLES, CATALOGUE, OUTFITS

FROM_A_BUNDLE: Final = (health.OVERALL_HEALTH, OUTFITS, CATALOGUE)
ALWAYS: Final = (BUNDLES, health.SERVICE_NAME, reflection.SERVICE_NAME)


@asynccontextmanager
async def health_checks(
    server: grpc.aio.Server, slot: EngineSlot
) -> AsyncIterator[health.aio.HealthServicer]:
    """Health of a server within the block, kept up to date."""
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    for service in ALWAYS:
        await checks.set(service, health_pb2.HealthCheckResponse.SERVING)
    await _tell(checks, serving=not slot.is_empty)
    watcher = asyncio.create_task(_watch(checks, slot))
    try:
        yield checks
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)


async def _watch(checks: health.aio.HealthServicer, slot: EngineSlot) -> None:
    """Turn to serving once a bundle is loaded; from then on there is always one."""
    await slot.loaded.wait()
    await _tell(checks, serving=True)


async def _tell(checks: health.aio.HealthServicer, *, serving: bool) -> None:
    known = health_pb2.HealthCheckResponse
    for service in FROM_A_BUNDLE:
        await checks.set(service, known.SERVING if serving else known.NOT_SERVING)
