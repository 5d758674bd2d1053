"""The process that serves: address, health, reflection, a clean end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from data.errors import SchemaError
from serving.batcher import BatchConfig, batching
from serving.codec import MAX_MESSAGE_BYTES
from serving.engine_slot import EngineSlot, OutfitEngine
from serving.interceptor import CallInterceptor
from serving.pb.outfit.v1 import outfit_service_pb2, outfit_service_pb2_grpc
from serving.reply import ReplyDesk
from serving.security.enforcement import access_guard, port_credentials
from serving.security.protection import Protection
from serving.servicer import OutfitServicer

SERVICE: Final[str] = outfit_service_pb2.DESCRIPTOR.services_by_name["OutfitService"].full_name
SERVICES: Final = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),  # a second server on one port is an error, not a silent half
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """Where and how to serve."""

    host: str = "127.0.0.1"  # loopback: whoever opens it to a network says so
    port: int = 50051  # 0 picks a free one
    grace_s: float = 10.0  # how long calls in flight may take to finish at the end
    batches: BatchConfig = field(default_factory=BatchConfig)
    protection: Protection = field(default_factory=Protection)


async def serve(
    engine: OutfitEngine, config: ServerConfig, announce: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT, then drain; `announce` is told the address once it answers."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running_server(engine, config) as address:
        announce(address)
        await stop.wait()


@asynccontextmanager
async def running_server(engine: OutfitEngine, config: ServerConfig) -> AsyncIterator[str]:
    """Serve within the `async with` block and give the address; leaving it drains.

    One thread makes all model calls: the engine uses every core by itself, and tokenizers are not
    safe to share between threads.

    Raises:
        SchemaError: the port is taken, or the host is not one of this machine's, or lies beyond it
            and is not protected.
        InputError: a file of the protection cannot be used.
    """
    config.protection.check(config.host)
    desk = ReplyDesk(EngineSlot(engine))
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine") as executor:
        async with batching(desk, executor, config.batches) as batcher:
            guards = [CallInterceptor(), access_guard(config.protection, config.host)]
            server = grpc.aio.server(interceptors=guards, options=OPTIONS)
            register = outfit_service_pb2_grpc.add_OutfitServiceServicer_to_server
            register(OutfitServicer(batcher), server)  # type: ignore[no-untyped-call] # generated
            checks = await _with_health(server)
            if config.protection.reflects(config.host):
                reflection.enable_server_reflection(SERVICES, server)
            address = _bind(server, config)
            await server.start()
            try:
                yield address
            finally:
                await checks.enter_graceful_shutdown()
                await server.stop(config.grace_s)


async def _with_health(server: grpc.aio.Server) -> health.aio.HealthServicer:
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    for service in (health.OVERALL_HEALTH, *SERVICES):
        await checks.set(service, health_pb2.HealthCheckResponse.SERVING)
    return checks


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
